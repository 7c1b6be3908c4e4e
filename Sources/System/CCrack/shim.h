#include <stddef.h>
#include <stdint.h>
#include <crack.h>
#include <packer.h>
