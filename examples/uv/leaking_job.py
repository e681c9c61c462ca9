"""A job that keeps all it ever made, until there is no memory left."""


def keep_everything():
    kept = []
    for _ in range(200):
        kept.append(bytearray(100_000))
    return kept


kept = keep_everything()
raise MemoryError("memory allocation failed after %d blocks" % len(kept))
