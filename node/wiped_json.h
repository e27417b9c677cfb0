/* JSON may have a passphrase in it: what jansson frees is overwritten first,
 * its parser's copies included. */
#ifndef NODE_WIPED_JSON_H
#define NODE_WIPED_JSON_H

/* For the whole program, once, before other threads use jansson. */
void wiped_json_init(void);

#endif
