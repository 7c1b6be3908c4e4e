"""The hash that Casella makes of a password by default, for the peer's password file."""

import ctypes

# Casella's defaults, which the README's table of keys names.
MEMORY, PASSES = 19456, 2


def hashed(password):
    library = ctypes.CDLL("libsodium.so.23")
    encoded, secret = ctypes.create_string_buffer(128), password.encode()
    if library.sodium_init() < 0 or library.crypto_pwhash_argon2id_str(
        encoded, secret, ctypes.c_ulonglong(len(secret)), ctypes.c_ulonglong(PASSES), ctypes.c_size_t(MEMORY * 1024)
    ):
        raise RuntimeError("libsodium made no hash")
    return encoded.value.decode()
