/* How others reach this node: `--url`, or what can be guessed from the
 * address it listens on. */
#ifndef NODE_OWN_URL_H
#define NODE_OWN_URL_H

#include "node/conf.h"

/* Write the URL: `url` of the settings; else the address of `http`; else, when
 * that is any address, the first one of this machine that is not loopback. */
void own_url(const struct conf *conf, char out[static CONF_URL_MAX]);

/* The address in `url` of the settings (IPv4 mapped into IPv6), where that is a
 * number: behind a router that forwards ports no connection shows it. False:
 * none. */
bool own_url_address(const struct conf *conf, uint8_t ip[static 16]);

#endif
