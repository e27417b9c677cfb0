/* The two BIP-39 word lists; only words.c reads them. */
#ifndef SIGNING_WORDS_LISTS_H
#define SIGNING_WORDS_LISTS_H

enum { WORDS_LIST_SIZE = 2048 };

extern const char words_zh[WORDS_LIST_SIZE][4]; /* one character each */
extern const char words_en[WORDS_LIST_SIZE][9]; /* 3 to 8 letters */

#endif
