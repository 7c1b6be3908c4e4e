"""An authority of the tests' own, whose certificates programs believe that are given its file."""

import datetime

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

    def issue(self, *names):
        """A chain and its key, for the names."""
        chain, key = self.folder / f"{names[0]}.pem", self.folder / f"{names[0]}.key"
        self.request(
            f"/CN={names[0]}", chain, key, "-CA", self.certificate, "-CAkey", self.key, "-addext", "basicConstraints=CA:FALSE",
            "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
        )  # fmt: skip
        chain.write_text(chain.read_text() + self.certificate.read_text())
        return chain, key

    def issue_between(self, name, start, end):
        """A chain and its key that are valid from so many days from now until so many days from now."""
        chain, key = self.issue(name)
        dated(self.folder, name, chain, key, (start, end), "-cert", self.certificate, "-keyfile", self.key)
        chain.write_text(chain.read_text() + self.certificate.read_text())
        return chain, key

    @staticmethod
    def request(subject, certificate, key, *options, days=90):
        made = run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", subject, *options,
            "-keyout", key, "-out", certificate,
        ])  # fmt: skip
        assert made.returncode == 0, made.stderr


def dated(folder, name, certificate, key, days, *signer):
    """Writes another certificate for the key, valid from and until so many days from now."""
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("01\n")
    settings, request = folder / "ca.conf", folder / "request.pem"
    settings.write_text(
        f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index.txt\nserial={folder}/serial\nnew_certs_dir={folder}\ndefault_md=sha256\n"
        f"policy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:{name}\n"
    )
    made = run(["openssl", "req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request])
    assert made.returncode == 0, made.stderr
    now = datetime.datetime.now(datetime.timezone.utc)
    first, last = (format(now + datetime.timedelta(days=count), "%Y%m%d%H%M%SZ") for count in days)
    made = run([
        "openssl", "ca", "-config", settings, "-batch", *signer, "-notext", "-in", request, "-out", certificate,
        "-startdate", first, "-enddate", last,
    ])  # fmt: skip
    assert made.returncode == 0, made.stderr
