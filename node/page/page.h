/* What the pages of a node and the node say to each other
 * (docs/formats-page.md): who may. */
#ifndef NODE_PAGE_PAGE_H
#define NODE_PAGE_PAGE_H

/* Each may what those before it may. */
enum page_role {
	PAGE_VIEWER,   /* whoever is on the LAN */
	PAGE_OPERATOR, /* of a station: a PIN */
	PAGE_OFFICE    /* county, township: a password */
};

#endif
