"""The private keys that sign a company's mail, as its worker has them: to be looked for where they must not be."""

import base64
import hashlib
import hmac
import subprocess

from .database import rows


def private_keys(platform, company):
    """DER by selector, opened with the key that the platform derives for the company."""
    master, tenant = (platform.data / "secrets/master").read_text().strip().encode(), company.tenant_id()
    key = hmac.new(master, f"key for DKIM keys of tenant {tenant}".encode(), hashlib.sha256).digest()
    question = f"SELECT selector, encode(private_key, 'hex') FROM dkim_keys WHERE tenant_id = {tenant}"
    return {selector: opened(bytes.fromhex(box), key) for selector, box in rows(platform, "postgres", question)}


def opened(box, key):
    """AES-256-GCM without a look at the tag: counter mode, from the second block on (NIST SP 800-38D §7.2)."""
    nonce, sealed = box[:12], box[12:-16]
    done = subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-ctr", "-nopad", "-K", key.hex(), "-iv", nonce.hex() + "00000002"],
        input=sealed, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def public_half(private):
    """SubjectPublicKeyInfo in DER."""
    done = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], input=private, capture_output=True, check=True
    )
    return done.stdout


class Traces:
    """What of private keys would give them away, in every form that something could have written them in."""

    def __init__(self, keys):
        self.forms = {}
        for selector, private in keys.items():
            for part in secret_parts(private):
                self.forms.update(dict.fromkeys(forms(part), selector))

    def found_in(self, text):
        """The selector of a key that is there; None for none. In a text, line ends and escapes may be anywhere."""
        if isinstance(text, str):
            octets = text.encode()
            variants = (octets, octets.translate(None, b"\r\n \t\""), octets.replace(b"\\n", b"").replace(b"\\/", b"/"))
        else:
            variants = (text,)
        return next((selector for form, selector in self.forms.items() if any(form in variant for variant in variants)), None)


def secret_parts(private):
    """24 octets from the middle of each secret number: of the exponent and the primes of RSA, or of the 32 octets of Ed25519."""
    if len(private) < 100:
        return [private[-28:-4]]
    return [number[len(number) // 2 - 12 : len(number) // 2 + 12] for number in integers(private)[3:6]]


def integers(der):
    """Those of PKCS #1 (RFC 8017, A.1.2), which may stand in PKCS #8."""
    start = der.index(b"\x02\x82\x01\x01")  # the modulus of 2048 bits, behind a zero
    position, found = start, [b"\x00"]
    while position < len(der) and der[position] == 2:
        length, position = der[position + 1], position + 2
        if length & 0x80:
            count = length & 0x7F
            length, position = int.from_bytes(der[position : position + count], "big"), position + count
        found.append(der[position : position + length])
        position += length
    assert len(found) == 9, "two primes, three exponents, modulus, coefficient and a version"
    return found


def forms(part):
    yield part
    yield part.hex().encode()
    yield part.hex().upper().encode()
    # In base64 of something longer it stands at one of three places; the digits at both ends are its neighbours' too.
    for before in range(3):
        digits = base64.b64encode(bytes(before) + part).rstrip(b"=")
        whole = digits[(before * 8 + 5) // 6 : (before + len(part)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))
