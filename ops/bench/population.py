"""Who lives on the systems under test: companies, each with one domain and numbered users, the same on both sides."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A tenant with one domain and the users 1u, 2u, … nu: the names that `smtp-source -N` counts through.

    `hashed` says that logging in is what is measured, so that both systems check the same Argon2id hash. `password` is false where
    nobody ever logs in: on Casella such users are made a hundred times quicker. `unnumbered` calls the first one u: `smtp-source -r`
    counts down from nu to 2u and leaves the last without a number.
    """

    name: str
    users: int
    hashed: bool = False
    password: bool = True
    unnumbered: bool = False

    @property
    def domain(self):
        return f"{self.name}.example"

    def address(self, number):
        return f"{'' if self.unnumbered and number == 1 else number}u@{self.domain}"

    def addresses(self):
        return [self.address(number) for number in range(1, self.users + 1)]


def companies(prefix, count, users, **options):
    return [Company(f"{prefix}{number:03}", users, **options) for number in range(1, count + 1)]
