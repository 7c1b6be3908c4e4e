"""The hash that Casella makes of a password by default, made by the reference library, for the peer's password file."""

import ctypes
import os

# Casella's defaults, which the README's table of keys names.
MEMORY, PASSES, LANES = 19456, 2, 1


def hashed(password):
    library = ctypes.CDLL("libargon2.so.1")
    encoded = ctypes.create_string_buffer(256)
    secret, salt = password.encode(), os.urandom(16)
    error = library.argon2id_hash_encoded(
        ctypes.c_uint32(PASSES), ctypes.c_uint32(MEMORY), ctypes.c_uint32(LANES), secret, ctypes.c_size_t(len(secret)), salt,
        ctypes.c_size_t(len(salt)), ctypes.c_size_t(32), encoded, ctypes.c_size_t(len(encoded)))
    if error:
        raise RuntimeError(f"libargon2 answered {error}")
    return encoded.value.decode()
