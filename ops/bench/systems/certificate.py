"""One certificate for all systems under test, so that a handshake costs each the same: EC P-256, made by openssl."""

import os
import subprocess


def make(folder):
    """Returns the certificate's and the key's path."""
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    if not os.path.exists(key):
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=bench.example "
            "-addext subjectAltName=DNS:bench.example"
        ).split()
        subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        os.chmod(certificate, 0o644)
        os.chmod(key, 0o600)
    return certificate, key
