// The state of the emulated driver, one per process: allocations, streams, events and captures.
#pragma once

#include <climits>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "emulator.h"

using emulator::Work;

/** How far each captured stream's work is known to have been done, wherever this is. */
using Clock = std::map<Stream*, long>;

/** A stream capture in progress. Work is kept in the order of the calls, which respects every dependency. */
struct Capture {
    Stream* origin = nullptr;
    bool anyThread = false;
    uint64_t thread = 0;
    bool invalid = false;
    std::vector<Work> nodes;
    std::map<Stream*, Clock> clocks;
};

/** A queue of work that has not been run. Positions count entries since the stream was made. */
struct Stream {
    Card* card = nullptr;
    bool blocking = true;
    std::deque<Work> queue;
    long queued = 0;
    long done = 0;
    std::shared_ptr<Capture> capture;
};

/** A point in a stream's queue, or in a capture. */
struct Event {
    Card* card = nullptr;
    bool timed = true;
    Stream* stream = nullptr;
    long position = 0;
    std::shared_ptr<double> milliseconds;
    std::shared_ptr<Capture> capture;
    Clock clock;
};

/** A finished capture, or its executable form. A launch holds the nodes, so that the graph may be destroyed. */
struct Graph {
    Card* card = nullptr;
    std::shared_ptr<std::vector<Work>> nodes;
};

/** A card and its primary context, which is the address of this. */
struct Card {
    int ordinal;
    int retained = 0;
    /** Counts the contexts that the card has had. */
    long generation = 0;
    size_t liveBytes = 0;
    Stream defaultStream;

    explicit Card(int ordinal) : ordinal(ordinal) { defaultStream.card = this; }
};

/** A piece of a card's memory. */
struct Allocation {
    size_t bytes;
    Card* card;
};

struct Counters {
    long allocations = 0;
    long frees = 0;
    long hostAllocations = 0;
    long synchronousCopies = 0;
    long asynchronousCopies = 0;
    long launches = 0;
    long graphLaunches = 0;
    long synchronises = 0;
    long captures = 0;
    long kernelsRun = 0;
    std::map<std::string, long> calls;
};

/** How many cards there are at first: VOXGRAD_EMULATED_CARDS, or one. */
int cardsOfEnvironment();

struct Driver {
    bool initialised = false;
    int visibleCards = cardsOfEnvironment();
    std::map<int, Card*> cards;
    /** The card whose work is being done now; null while none is. */
    Card* atWork = nullptr;
    Result sticky = SUCCESS;
    std::map<uintptr_t, Allocation> allocations;
    std::map<void*, size_t> hostAllocations;
    /** Of each card. */
    size_t memoryLimit = size_t{4} << 30;
    std::set<Stream*> streams;
    std::set<Event*> events;
    std::set<Graph*> graphs;
    std::set<std::shared_ptr<Capture>> captures;
    Counters counters;
    long handles = 0;
    /** How many more things may be made. */
    long mayMake = LONG_MAX;
};

Driver& driver();

/** Checks the red zones beside every allocation: writes past an end are found after the kernel that did them. */
void checkRedZones(const std::string& after);

/** The stream of a handle, whose values 0 to 2 mean the default stream; null if the current card has none such. */
Stream* streamOf(Stream* handle);

/** Runs a stream's work up to that position. */
void drain(Stream* stream, long position);

/** Runs all work of all streams of a card. */
void drainAll(Card* card);

/** Ends a capture: its streams take work again. */
void release(const std::shared_ptr<Capture>& capture);

/** Drops all work and ends all captures. */
void dropAll();
