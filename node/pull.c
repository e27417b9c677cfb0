#include "node/pull.h"

#include <string.h>

enum pull pull_decide(const struct pull_facts *facts)
{
	if (!facts->known || !facts->waits)
		return PULL_REFUSE;
	if (facts->wanted)
		return PULL_WAIT;
	if (facts->hops == 0 || (!facts->near && facts->level == LEVEL_STATION))
		return PULL_REFUSE;
	return facts->room ? PULL_ASK : PULL_BUSY;
}

static void forget(struct pull_book *book, unsigned at)
{
	book->list[at] = book->list[--book->count];
}

static void expire(struct pull_book *book, int64_t now)
{
	for (unsigned i = book->count; i > 0; i--)
		if (book->list[i - 1].until_ms <= now)
			forget(book, i - 1);
}

static struct pull_asking *find(struct pull_book *book, const uint8_t *address,
				const uint8_t *btmh)
{
	for (unsigned i = 0; i < book->count; i++)
		if (memcmp(book->list[i].address, address, 16) == 0 &&
		    memcmp(book->list[i].btmh, btmh, 32) == 0)
			return &book->list[i];
	return NULL;
}

bool pull_may_ask(struct pull_book *book, const uint8_t address[static 16],
		  const uint8_t btmh[static 32], int64_t now)
{
	unsigned asked = 0;

	expire(book, now);
	if (find(book, address, btmh) != NULL)
		return true;
	for (unsigned i = 0; i < book->count; i++)
		asked += memcmp(book->list[i].address, address, 16) == 0;
	return asked < PULL_ASKED_MAX && book->count < PULL_BOOK_MAX;
}

void pull_asked(struct pull_book *book, const uint8_t address[static 16],
		const uint8_t btmh[static 32], int64_t now)
{
	struct pull_asking *asking = find(book, address, btmh);

	if (asking == NULL) {
		if (book->count == PULL_BOOK_MAX)
			return;
		asking = &book->list[book->count++];
		memcpy(asking->address, address, 16);
		memcpy(asking->btmh, btmh, 32);
	}
	asking->until_ms = now + PULL_ASKED_MS;
}

void pull_settled(struct pull_book *book, const uint8_t btmh[static 32])
{
	for (unsigned i = book->count; i > 0; i--)
		if (memcmp(book->list[i - 1].btmh, btmh, 32) == 0)
			forget(book, i - 1);
}
