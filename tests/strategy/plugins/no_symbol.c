/* A shared object that is no plug-in. */
extern const int saker_something_else;
const int saker_something_else = 1;
