/* Nothing is called from outside: linking is all. */
