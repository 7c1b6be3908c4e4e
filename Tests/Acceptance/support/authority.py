"""An authority of the tests' own, whose certificates programs believe that are given its file."""

from .running import run


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.certificate, self.key = folder / "authority.pem", folder / "authority.key"
        self.request("/CN=Authority of the tests", self.certificate, self.key)

    @property
    def trust(self):
        """What a program's environment has if its system trusts this authority and no other."""
        return {"SSL_CERT_FILE": str(self.certificate)}

    def issue(self, *names, days=90):
        """A chain and its key, for the names."""
        chain, key = self.folder / f"{names[0]}.pem", self.folder / f"{names[0]}.key"
        self.request(
            f"/CN={names[0]}", chain, key, "-CA", self.certificate, "-CAkey", self.key, "-addext", "basicConstraints=CA:FALSE",
            "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names), days=days,
        )  # fmt: skip
        chain.write_text(chain.read_text() + self.certificate.read_text())
        return chain, key

    @staticmethod
    def request(subject, certificate, key, *options, days=90):
        made = run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", subject, *options,
            "-keyout", key, "-out", certificate,
        ])  # fmt: skip
        assert made.returncode == 0, made.stderr
