/*
 * tclDtsmJson.c --
 *
 *      Entries of a map as JSON (RFC 8259), as json.tcl writes its values.
 *
 * Copyright (c) 2026 The dtsm authors.  See license.terms.
 */

#include <string.h>

#include "tclDtsmError.h"
#include "tclDtsmJson.h"
#include "tclDtsmMemory.h"

/*
 * A byte of a path becomes \u00XX at most, and four of them a surrogate pair;
 * beside the paths an entry has its punctuation and the names of all flags.
 */

enum { BYTE_MOST = 6, ENTRY_MOST = 512 };

/*
 * Pieces of this many bytes are written, out of memory that is in the cache.
 */

enum { PIECE = 16384 };

typedef struct Text {
    Tcl_Channel channel;
    unsigned char *bytes;
    size_t used, room;
    int failed;                 /* the errno of a write that failed */
    unsigned flags;             /* of the last entry */
    size_t endLen;              /* what follows a path that has them */
    char end[ENTRY_MOST];
} Text;

/*
 * Sequences of UTF-8, as RFC 3629 has them: what the first byte may be, what
 * the second, and how many follow the first.
 */

static const struct {
    unsigned char first, last, low, high, more;
} sequences[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
    {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2},
    {0xee, 0xef, 0x80, 0xbf, 2}, {0xf0, 0xf0, 0x90, 0xbf, 3},
    {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3}
};

static const unsigned char *
PastSequence(const unsigned char *at, const unsigned char *end)
{
    size_t i, k, count = sizeof sequences / sizeof sequences[0];

    for (i = 0; i < count; i++) {
        if (*at < sequences[i].first || *at > sequences[i].last) {
            continue;
        }
        if (end - at <= sequences[i].more || at[1] < sequences[i].low
                || at[1] > sequences[i].high) {
            return NULL;
        }
        for (k = 2; k <= sequences[i].more; k++) {
            if ((at[k] & 0xc0) != 0x80) {
                return NULL;
            }
        }
        return at + 1 + sequences[i].more;
    }
    return NULL;
}

static int
IsUtf8(const unsigned char *at, size_t len)
{
    const unsigned char *end = at + len;

    while (at != NULL && at < end) {
        at = *at < 0x80 ? at + 1 : PastSequence(at, end);
    }
    return at != NULL;
}

static void
Flush(Text *text)
{
    if (text->failed == 0 && Tcl_Write(text->channel,
            (const char *) text->bytes, (Tcl_Size) text->used) < 0) {
        text->failed = Tcl_GetErrno();
    }
    text->used = 0;
}

static void
Reserve(Text *text, size_t more)
{
    if (text->used >= PIECE) {
        Flush(text);
    }
    if (text->room - text->used < more) {
        text->room = text->used + more;
        text->bytes = DtsmTcl_Realloc(text->bytes, text->room);
    }
}

static void
Put(Text *text, const char *string)
{
    size_t len = strlen(string);

    memcpy(text->bytes + text->used, string, len);
    text->used += len;
}

/*
 * PutPlain --
 *
 *      What a string has as it is, eight bytes at a time: ASCII without
 *      control characters, quotes and backslashes.
 *
 * Results:
 *      How many of the first bytes that was.
 */

#define EACH(byte)      (UINT64_C(0x0101010101010101) * (byte))

static inline int
IsPlain(uint64_t eight)
{
    uint64_t low = eight & EACH(0x7f);
    uint64_t fine = (low + EACH(0x60))                  /* no control */
            & ~(low + EACH(0x01))                       /* not 0x7f */
            & ((low ^ EACH('"')) + EACH(0x7f))
            & ((low ^ EACH('\\')) + EACH(0x7f)) & ~eight;

    return (fine & EACH(0x80)) == EACH(0x80);
}

static size_t
PutPlain(Text *text, const unsigned char *at, size_t len)
{
    unsigned char *to = text->bytes + text->used;
    uint64_t eight;
    size_t i = 0;

    while (len - i >= sizeof eight || (i > 0 && i < len)) {
        if (len - i < sizeof eight) {
            i = len - sizeof eight;     /* some of them once more */
        }
        memcpy(&eight, at + i, sizeof eight);
        if (!IsPlain(eight)) {
            break;
        }
        memcpy(to + i, &eight, sizeof eight);
        i += sizeof eight;
    }
    text->used += i;
    return i;
}

/*
 * What a reader does not see, see `unseen' in bytes.tcl: first and last code
 * point of each range.
 */

static const uint32_t unseen[][2] = {
    {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}
};

static int
IsUnseen(uint32_t code)
{
    size_t i, count = sizeof unseen / sizeof unseen[0];

    for (i = 0; i < count && code >= unseen[i][0]; i++) {
        if (code <= unseen[i][1]) {
            return 1;
        }
    }
    return 0;
}

static unsigned char *
PutUnit(unsigned char *to, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    int shift;

    *to++ = '\\';
    *to++ = 'u';
    for (shift = 12; shift >= 0; shift -= 4) {
        *to++ = (unsigned char) hex[unit >> shift & 15];
    }
    return to;
}

/*
 * PutSequence --
 *
 *      A character that is not ASCII: as it is, or in JSON's escapes.
 *
 * Results:
 *      Where what follows goes.
 */

static unsigned char *
PutSequence(unsigned char *to, const unsigned char *at, size_t len)
{
    uint32_t code = at[0] & (0xffu >> (len + 1));
    size_t i;

    for (i = 1; i < len; i++) {
        code = code << 6 | (at[i] & 0x3fu);
    }
    if (!IsUnseen(code)) {
        memcpy(to, at, len);
        return to + len;
    }
    if (code >= 0x10000) {
        code -= 0x10000;
        to = PutUnit(to, 0xd800 | code >> 10);
        code = 0xdc00 | (code & 0x3ff);
    }
    return PutUnit(to, code);
}

static void
PutQuoted(Text *text, const unsigned char *at, size_t len)
{
    unsigned char *to = text->bytes + text->used;
    const unsigned char *end = at + len;

    while (at < end) {
        unsigned char byte = *at;

        if (byte >= 0x80) {
            const unsigned char *next = PastSequence(at, end);

            to = PutSequence(to, at, (size_t) (next - at));
            at = next;
            continue;
        }
        if (byte == '"' || byte == '\\') {
            *to++ = '\\';
            *to++ = byte;
        } else if (byte < 0x20 || byte == 0x7f) {
            to = PutUnit(to, byte);
        } else {
            *to++ = byte;
        }
        at++;
    }
    text->used = (size_t) (to - text->bytes);
}

static void
PutBase64(Text *text, const unsigned char *at, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            "abcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char *to = text->bytes + text->used;

    for (; len > 0; at += 3) {
        unsigned group = (unsigned) at[0] << 16;

        group |= len > 1 ? (unsigned) at[1] << 8 : 0;
        group |= len > 2 ? at[2] : 0;
        to[0] = (unsigned char) digits[group >> 18];
        to[1] = (unsigned char) digits[group >> 12 & 63];
        to[2] = len > 1 ? (unsigned char) digits[group >> 6 & 63] : '=';
        to[3] = len > 2 ? (unsigned char) digits[group & 63] : '=';
        to += 4;
        len -= len < 3 ? len : 3;
    }
    text->used = (size_t) (to - text->bytes);
}

/*
 * PutPath --
 *
 *      An entry's path and its name.
 */

static void
PutPath(Text *text, const unsigned char *path, size_t len)
{
    size_t before = text->used, plain;

    Put(text, "{\"path\":\"");
    plain = PutPlain(text, path, len);
    if (IsUtf8(path + plain, len - plain)) {
        PutQuoted(text, path + plain, len - plain);
    } else {
        text->used = before;
        Put(text, "{\"path_base64\":\"");
        PutBase64(text, path, len);
    }
}

/*
 * PutFlags --
 *
 *      All behind an entry's path.  Most entries have the same as the last.
 */

static void
PutFlags(Text *text, unsigned flags)
{
    if (flags != text->flags || text->endLen == 0) {
        size_t start = text->used;
        const char *before = "\"";

        Put(text, "\",\"flags\":[");
#define DTSM_ROW(id, name) \
        if (flags & DTSM_##id) { \
            Put(text, before); \
            Put(text, name "\""); \
            before = ",\""; \
        }
        DTSM_FLAG_TABLE(DTSM_ROW)
#undef DTSM_ROW
        Put(text, "]}");
        text->flags = flags;
        text->endLen = text->used - start;
        memcpy(text->end, text->bytes + start, text->endLen);
    } else {
        memcpy(text->bytes + text->used, text->end, text->endLen);
        text->used += text->endLen;
    }
}

int
DtsmTcl_WriteJson(Tcl_Interp *interp, Tcl_Channel channel,
    const DtsmTcl_Entries *entries)
{
    Text text = {channel, DtsmTcl_Alloc(2 * PIECE), 0, 2 * PIECE, 0, 0, 0, ""};
    size_t i;

    Put(&text, "[");
    for (i = 0; i < entries->count; i++) {
        const DtsmTcl_Entry *item = &entries->items[i];

        Reserve(&text, (size_t) item->len * BYTE_MOST + ENTRY_MOST);
        if (i > 0) {
            Put(&text, ",\n");
        }
        PutPath(&text, (const unsigned char *) item->path, item->len);
        PutFlags(&text, item->flags);
    }
    Reserve(&text, ENTRY_MOST);
    Put(&text, "]");
    Flush(&text);
    DtsmTcl_Free(text.bytes);
    if (text.failed != 0) {
        return DtsmTcl_Posix(interp, text.failed, "write",
                Tcl_GetChannelName(channel));
    }
    return TCL_OK;
}
