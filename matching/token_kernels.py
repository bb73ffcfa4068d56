"""Compiled counting of tokens; imported through `matching.compiled` only, because it needs numba.

A term is a run of code points in `term_codes`. The hash table compares terms code by code, so that no two are ever
taken for one.
"""

import numpy as np
from numba import njit

from matching.codepoints import DIGIT, HAN_CHARACTER, LETTER, POINT

SPACE = ord(" ")


@njit(nogil=True, cache=True, inline="never")
def _hash(codes, start, end):
    state = np.uint64(0x9E3779B97F4A7C15)
    for place in range(start, end):
        state = (state ^ np.uint64(codes[place])) * np.uint64(0xBF58476D1CE4E5B9)
        state ^= state >> np.uint64(29)
    return state


@njit(nogil=True, cache=True, inline="never")
def _same(codes, start, term_codes, first, length):
    # numba compiles no all() over a generator
    for offset in range(length):  # noqa: SIM110
        if codes[start + offset] != term_codes[first + offset]:
            return False
    return True


@njit(nogil=True, cache=True, inline="never")
def _number(codes, start, end, slots, term_ends, term_codes, terms):
    """Return the number of the term codes[start:end]; a new one gets the number `terms`."""
    mask = np.uint64(len(slots) - 1)
    slot = _hash(codes, start, end) & mask
    length = end - start
    while True:
        number = slots[slot]
        if number < 0:
            slots[slot] = terms
            first = term_ends[terms]
            for offset in range(length):
                term_codes[first + offset] = codes[start + offset]
            term_ends[terms + 1] = first + length
            return terms
        first = term_ends[number]
        if term_ends[number + 1] - first == length and _same(codes, start, term_codes, first, length):
            return number
        slot = (slot + np.uint64(1)) & mask


@njit(nogil=True, cache=True)
def fill_slots(slots, term_ends, term_codes, terms):
    """Put the first `terms` terms into an empty hash table."""
    mask = np.uint64(len(slots) - 1)
    for number in range(terms):
        slot = _hash(term_codes, term_ends[number], term_ends[number + 1]) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number


@njit(nogil=True, cache=True)
def _word_end(codes, kinds, place, end):
    """Return where the number or the word that begins at `place` ends: \\d+(\\.\\d+)+, else letters and digits."""
    after = place
    while after < end and kinds[codes[after]] == DIGIT:
        after += 1
    pointed = place
    while after > place and after + 1 < end and kinds[codes[after]] == POINT and kinds[codes[after + 1]] == DIGIT:
        after += 1
        while after < end and kinds[codes[after]] == DIGIT:
            after += 1
        pointed = after
    if pointed > place:
        return pointed
    after = place
    while after < end and (kinds[codes[after]] == DIGIT or kinds[codes[after]] == LETTER):
        after += 1
    return after


@njit(nogil=True, cache=True)
def count_tokens(codes, ends, kinds, longest, slots, term_ends, term_codes, terms, columns, counts, row_ends):
    """Count the tokens of the texts codes[ends[i]:ends[i + 1]]; return (number of terms, number of entries).

    columns, counts : filled with the entries, the columns ascending within a row; row_ends (texts + 1,) where they end.
    longest : characters of a word that count, and of two words with a space between that are a term.
    The caller sees to it that slots, term_ends and term_codes have room.
    """
    held = np.empty(0, np.int32)
    filled = 0
    for text in range(len(ends) - 1):
        start, end = ends[text], ends[text + 1]
        if 2 * (end - start) > len(held):
            held = np.empty(4 * (end - start), np.int32)
        found = 0
        begun, ended = np.int64(-1), np.int64(-1)  # the word before
        place = start
        while place < end:
            kind = kinds[codes[place]]
            if kind == HAN_CHARACTER:
                run = place
                while place < end and kinds[codes[place]] == HAN_CHARACTER:
                    place += 1
                for width in (1, 2):
                    for first in range(run, place - width + 1):
                        held[found] = _number(codes, first, first + width, slots, term_ends, term_codes, terms)
                        terms = max(terms, held[found] + 1)
                        found += 1
            elif kind in (DIGIT, LETTER):
                after = _word_end(codes, kinds, place, end)
                cut = min(after, place + longest)
                held[found] = _number(codes, place, cut, slots, term_ends, term_codes, terms)
                terms = max(terms, held[found] + 1)
                found += 1
                # The word before, a single space and this word are a 2-gram.
                if begun >= 0 and place == ended + 1 and codes[ended] == SPACE and after - begun <= longest:
                    held[found] = _number(codes, begun, after, slots, term_ends, term_codes, terms)
                    terms = max(terms, held[found] + 1)
                    found += 1
                begun, ended = place, after
                place = after
            else:
                place += 1
        ordered = np.sort(held[:found])
        for position in range(found):
            if position > 0 and ordered[position] == ordered[position - 1]:
                if counts[filled - 1] < 65535:
                    counts[filled - 1] += 1
            else:
                columns[filled] = ordered[position]
                counts[filled] = 1
                filled += 1
        row_ends[text + 1] = filled
    return terms, filled
