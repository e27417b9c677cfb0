#include "node/torrentfile.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "node/durable.h"
#include "node/merkle.h"

enum { SMALL_PIECE = 128 << 10, LARGE_PIECE = 4 << 20 };

static enum status digest(struct bytes data, const EVP_MD *kind, uint8_t *out)
{
	if (EVP_Digest(data.data, data.size, out, NULL, kind, NULL) != 1)
		return STATUS_NO_MEMORY;
	return STATUS_OK;
}

/* Does the layer of every file add up to the file's root? */
static enum status check_layers(const struct metainfo *mi, struct err *err)
{
	struct merkle *hasher = merkle_new();
	uint8_t root[32];

	if (hasher == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	for (uint32_t i = 0; i < mi->file_count; i++) {
		const struct metainfo_file *file = &mi->files[i];

		if (file->pieces <= 1)
			continue;
		merkle_layer_root(hasher, file->layer, mi->piece_length, root);
		if (memcmp(root, file->root, sizeof(root)) != 0) {
			merkle_free(hasher);
			return err_set(err, STATUS_UNTRUSTED,
				       "the piece layer of '%s' is not its own",
				       file->path);
		}
	}
	merkle_free(hasher);
	return STATUS_OK;
}

enum status torrentfile_verify(struct bytes torrent,
			       const uint8_t btmh[static 32],
			       struct metainfo *mi, struct err *err)
{
	struct metainfo found;
	const char *why;
	uint8_t hash[32];
	enum status status = metainfo_parse_why(torrent, &found, &why);

	if (status != STATUS_OK)
		return err_set(err, status, "torrent file: %s", why);
	status = digest(found.info, EVP_sha256(), hash);
	if (status != STATUS_OK)
		(void)err_set(err, status, "out of memory");
	else if (memcmp(hash, btmh, sizeof(hash)) != 0)
		status = err_set(err, STATUS_UNTRUSTED,
				 "torrent file: not the one that was signed");
	else
		status = check_layers(&found, err);
	if (status != STATUS_OK) {
		metainfo_release(&found);
		return status;
	}
	*mi = found;
	return STATUS_OK;
}

/* Prove `tf->bytes` and fill in the rest; frees `tf` on failure. */
static enum status finish_open(struct torrentfile **out, struct torrentfile *tf,
			       const uint8_t btmh[static 32], struct err *err)
{
	enum status status = torrentfile_verify(buf_bytes(&tf->bytes), btmh,
						&tf->mi, err);

	if (status == STATUS_OK &&
	    digest(tf->mi.info, EVP_sha1(), tf->v1_hash) != STATUS_OK)
		status = err_set(err, STATUS_NO_MEMORY, "out of memory");
	if (status != STATUS_OK) {
		torrentfile_free(tf);
		return status;
	}
	memcpy(tf->btmh, btmh, sizeof(tf->btmh));
	*out = tf;
	return STATUS_OK;
}

enum status torrentfile_open(struct torrentfile **out, const char *path,
			     const uint8_t btmh[static 32], struct err *err)
{
	struct torrentfile *tf = calloc(1, sizeof(*tf));
	enum status status;

	if (tf == NULL)
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	status = durable_read(path, METAINFO_SIZE_MAX, &tf->bytes, err);
	if (status != STATUS_OK) {
		torrentfile_free(tf);
		return status;
	}
	return finish_open(out, tf, btmh, err);
}

enum status torrentfile_open_bytes(struct torrentfile **out,
				   struct bytes torrent,
				   const uint8_t btmh[static 32],
				   struct err *err)
{
	struct torrentfile *tf = calloc(1, sizeof(*tf));

	if (tf != NULL)
		buf_put_bytes(&tf->bytes, torrent);
	if (tf == NULL || buf_status(&tf->bytes) != STATUS_OK) {
		torrentfile_free(tf);
		return err_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	return finish_open(out, tf, btmh, err);
}

void torrentfile_free(struct torrentfile *tf)
{
	if (tf == NULL)
		return;
	metainfo_release(&tf->mi);
	buf_release(&tf->bytes);
	free(tf);
}

void torrentfile_piece_hash(const uint8_t *data, size_t size, uint32_t leaves,
			    uint8_t hash[static 32])
{
	struct merkle *hasher = merkle_new();

	memset(hash, 0, 32);
	if (hasher != NULL)
		merkle_piece(hasher, data, size, leaves, hash);
	merkle_free(hasher);
}

/* A piece is what is passed on while the rest is still to come: one in some
 * hundreds keeps those behind us busy, and the table of hashes short. */
uint32_t torrentfile_piece_length(uint64_t total)
{
	uint64_t length = METAINFO_BLOCK;

	while (length < SMALL_PIECE && total / 64 >= length * 2)
		length *= 2;
	while (length < LARGE_PIECE && total > 512 * length)
		length *= 2;
	while (length < METAINFO_PIECE_LENGTH_MAX &&
	       total / length > METAINFO_PIECES_MAX / 2)
		length *= 2;
	return (uint32_t)length;
}
