/* Two threads walk the same bytes. The caller's thread fills a block of the
 * ring, hashes its leaves with SHA-256 and hands it on; the thread behind
 * runs SHA-1 over blocks and pads in the order they were handed on:
 *
 *     ring   | done | being hashed behind | handed on | being filled | free
 *                     ^ behind                          ^ front
 */
#include "node/torrentmaker.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "node/merkle.h"
#include "node/torrentwriter.h"
#include "proto/metainfo.h"
#include "proto/safename.h"

enum { RING = 6, BLOCK_SIZE = 1 << 20 };

struct slot {
	uint8_t *block;
	size_t size;  /* bytes of the block to hash */
	uint64_t pad; /* then this many zeros */
};

struct torrentmaker {
	struct torrentwriter out;
	struct merkle *hasher;

	/* The file at hand. */
	uint64_t got;
	struct merkle_climb piece;
	uint64_t piece_got;
	uint64_t owed; /* zeros between the file before and the next byte */

	/* Shared; `lock` guards front, behind and over. */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t front, behind; /* slots handed on; slots done */
	bool over, joined;
	struct slot ring[RING];

	/* The thread's own until it is joined. */
	EVP_MD_CTX *sha1;
	uint32_t sha1_got;
	bool sha1_failed;
};

static void sha1_cut(struct torrentmaker *m)
{
	uint8_t hash[METAINFO_SHA1_SIZE];

	if (EVP_DigestFinal_ex(m->sha1, hash, NULL) != 1 ||
	    EVP_DigestInit_ex(m->sha1, NULL, NULL) != 1)
		m->sha1_failed = true;
	buf_put(&m->out.v1_pieces, hash, sizeof(hash));
	m->sha1_got = 0;
}

static void sha1_feed(struct torrentmaker *m, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t step = m->out.piece_length - m->sha1_got;

		step = step < size ? step : size;
		if (EVP_DigestUpdate(m->sha1, data, step) != 1)
			m->sha1_failed = true;
		m->sha1_got += (uint32_t)step;
		data += step;
		size -= step;
		if (m->sha1_got == m->out.piece_length)
			sha1_cut(m);
	}
}

static void sha1_pad(struct torrentmaker *m, uint64_t size)
{
	static const uint8_t zeros[16 * 1024];

	while (size > 0) {
		size_t step = size < sizeof(zeros) ? (size_t)size :
						     sizeof(zeros);

		sha1_feed(m, zeros, step);
		size -= step;
	}
}

static void *run_behind(void *argument)
{
	struct torrentmaker *m = argument;

	pthread_mutex_lock(&m->lock);
	for (;;) {
		struct slot *slot = &m->ring[m->behind % RING];

		if (m->behind == m->front) {
			if (m->over)
				break;
			pthread_cond_wait(&m->moved, &m->lock);
			continue;
		}
		pthread_mutex_unlock(&m->lock);
		sha1_feed(m, slot->block, slot->size);
		sha1_pad(m, slot->pad);
		pthread_mutex_lock(&m->lock);
		m->behind++;
		pthread_cond_broadcast(&m->moved);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

/* The slot to fill next, when the thread behind is done with it. */
static struct slot *wait_for_slot(struct torrentmaker *m)
{
	pthread_mutex_lock(&m->lock);
	while (m->front - m->behind == RING)
		pthread_cond_wait(&m->moved, &m->lock);
	pthread_mutex_unlock(&m->lock);
	return &m->ring[m->front % RING];
}

static void hand_on(struct torrentmaker *m, size_t size, uint64_t pad)
{
	struct slot *slot = &m->ring[m->front % RING];

	slot->size = size;
	slot->pad = pad;
	pthread_mutex_lock(&m->lock);
	m->front++;
	pthread_cond_broadcast(&m->moved);
	pthread_mutex_unlock(&m->lock);
}

static void join_thread(struct torrentmaker *m)
{
	if (m->joined)
		return;
	pthread_mutex_lock(&m->lock);
	m->over = true;
	pthread_cond_broadcast(&m->moved);
	pthread_mutex_unlock(&m->lock);
	(void)pthread_join(m->thread, NULL);
	m->joined = true;
}

static bool make_ring(struct torrentmaker *m)
{
	for (size_t i = 0; i < RING; i++) {
		m->ring[i].block = malloc(BLOCK_SIZE);
		if (m->ring[i].block == NULL)
			return false;
	}
	return true;
}

struct torrentmaker *torrentmaker_new(const char *name, bool folder,
				      uint32_t piece_length)
{
	struct torrentmaker *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->joined = true;
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->moved, NULL);
	m->hasher = merkle_new();
	m->sha1 = EVP_MD_CTX_new();
	if (torrentwriter_init(&m->out, name, folder, piece_length) !=
		    STATUS_OK ||
	    m->hasher == NULL || m->sha1 == NULL ||
	    EVP_DigestInit_ex(m->sha1, EVP_sha1(), NULL) != 1 ||
	    !make_ring(m) ||
	    pthread_create(&m->thread, NULL, run_behind, m) != 0) {
		torrentmaker_free(m);
		return NULL;
	}
	m->joined = false;
	return m;
}

void torrentmaker_free(struct torrentmaker *m)
{
	if (m == NULL)
		return;
	join_thread(m);
	for (size_t i = 0; i < RING; i++)
		free(m->ring[i].block);
	EVP_MD_CTX_free(m->sha1);
	merkle_free(m->hasher);
	torrentwriter_release(&m->out);
	pthread_cond_destroy(&m->moved);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

/* The bytes of the piece so far become a hash of the file's layer. */
static void cut_piece(struct torrentmaker *m, struct torrentwriter_file *file)
{
	uint32_t leaves = 1;
	uint64_t blocks = (m->piece_got + METAINFO_BLOCK - 1) / METAINFO_BLOCK;
	uint8_t hash[32];
	static const uint8_t zero[32];

	if (file->length > m->out.piece_length)
		leaves = m->out.piece_length / METAINFO_BLOCK;
	while (leaves < blocks)
		leaves *= 2;
	merkle_climb_root(m->hasher, &m->piece, leaves, zero, hash);
	buf_put(&file->layer, hash, sizeof(hash));
	merkle_climb_init(&m->piece);
	m->piece_got = 0;
}

/* Close the file at hand, if there is one. */
static enum status finish_file(struct torrentmaker *m)
{
	struct torrentwriter_file *file = torrentwriter_last(&m->out);
	uint64_t over;

	if (file == NULL)
		return STATUS_OK;
	if (m->got != file->length)
		return STATUS_MALFORMED;
	if (file->done)
		return STATUS_OK;
	file->done = true;
	if (file->length == 0)
		return STATUS_OK;
	if (m->piece_got > 0)
		cut_piece(m, file);
	if (buf_status(&file->layer) != STATUS_OK)
		return STATUS_NO_MEMORY;
	merkle_layer_root(m->hasher, buf_bytes(&file->layer),
			  m->out.piece_length, file->root);
	over = file->length % m->out.piece_length;
	m->owed = over == 0 ? 0 : m->out.piece_length - over;
	return STATUS_OK;
}

/* Zeros up to the next piece. */
static void pay_owed(struct torrentmaker *m)
{
	if (m->owed == 0)
		return;
	(void)wait_for_slot(m);
	hand_on(m, 0, m->owed);
	m->owed = 0;
}

enum status torrentmaker_file(struct torrentmaker *m, const char *path,
			      uint64_t length)
{
	enum status status = finish_file(m);

	if (status == STATUS_OK)
		status = torrentwriter_file(&m->out, path, length);
	if (status != STATUS_OK)
		return status;
	if (length > 0)
		pay_owed(m);
	m->got = 0;
	m->piece_got = 0;
	merkle_climb_init(&m->piece);
	return STATUS_OK;
}

uint8_t *torrentmaker_room(struct torrentmaker *m, size_t *room)
{
	*room = BLOCK_SIZE;
	return wait_for_slot(m)->block;
}

enum status torrentmaker_add(struct torrentmaker *m, size_t size)
{
	struct torrentwriter_file *file = torrentwriter_last(&m->out);
	const uint8_t *data = m->ring[m->front % RING].block;
	uint8_t leaf[32];

	assert(file != NULL && size <= BLOCK_SIZE);

	if (size == 0)
		return STATUS_OK;
	if (size > file->length - m->got || m->got % METAINFO_BLOCK != 0)
		return STATUS_MALFORMED;
	/* The thread behind may start now: both only read. */
	hand_on(m, size, 0);
	m->got += size;
	while (size > 0) {
		size_t step = size < METAINFO_BLOCK ? size : METAINFO_BLOCK;

		merkle_hash(m->hasher, data, step, leaf);
		merkle_climb_add(m->hasher, &m->piece, leaf);
		m->piece_got += step;
		data += step;
		size -= step;
		if (m->piece_got == m->out.piece_length)
			cut_piece(m, file);
	}
	return STATUS_OK;
}

enum status torrentmaker_finish(struct torrentmaker *m, struct buf *torrent,
				uint8_t btmh[static 32])
{
	enum status status = finish_file(m);
	struct bytes info;

	if (status != STATUS_OK)
		return status;
	if (torrentwriter_pads_last(&m->out))
		pay_owed(m);
	join_thread(m);
	if (m->sha1_got > 0)
		sha1_cut(m);
	if (m->sha1_failed)
		return STATUS_NO_MEMORY;
	status = torrentwriter_write(&m->out, torrent, &info);
	if (status == STATUS_OK)
		merkle_hash(m->hasher, info.data, info.size, btmh);
	return status;
}
