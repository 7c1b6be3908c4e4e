/* The program that ops/fuzz runs. libFuzzer brings `main` and calls LLVMFuzzerTestOneInput, which is Swift (Targets/LibFuzzer.swift);
   a Swift main program would bring a second one. */
#include <stddef.h>
#include <stdint.h>

int casella_fuzz_choose(void);

/* libFuzzer calls this once, before anything else. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return casella_fuzz_choose();
}
