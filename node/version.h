/* The version of this program, as people and statements show it. */
#ifndef NODE_VERSION_H
#define NODE_VERSION_H

#define XIANGTU_VERSION "0.1.0"

#endif
