// How the program's memory is given out: by jemalloc (docs/dependencies.md). The sanitizers, which need a malloc of
// their own, are built without this file.

// One arena: a few threads share it without harm, for each keeps what is small to itself; and what one of them frees,
// another one can use, so ten thousand users take a tenth less than with an arena for each. Pages that nobody uses go
// back to the system after a second.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
