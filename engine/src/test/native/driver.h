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

/** How much of each captured stream's work is known to be finished at this point. */
using Clock = std::map<Stream*, long>;

/** A stream capture in progress. Work is stored in the order of the calls, which respects all dependencies. */
struct Capture {
    Stream* origin = nullptr;
    bool anyThread = false;
    uint64_t thread = 0;
    bool invalid = false;
    std::vector<Work> nodes;
    std::map<Stream*, Clock> clocks;
};

/** A queue of work that has not run. Positions count entries since the stream was created. */
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

/** A finished capture, or its executable form. A launch keeps the nodes alive, so that the graph may be destroyed. */
struct Graph {
    Card* card = nullptr;
    std::shared_ptr<std::vector<Work>> nodes;
};

/** A GPU and its primary context, which is the address of this object. */
struct Card {
    int ordinal;
    int retained = 0;
    /** Counts the contexts that the GPU has had. */
    long generation = 0;
    size_t liveBytes = 0;
    Stream defaultStream;

    explicit Card(int ordinal) : ordinal(ordinal) { defaultStream.card = this; }
};

/** A piece of a GPU's memory. */
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

/** Returns the initial number of GPUs: VOXGRAD_EMULATED_GPUS, or one. */
int cardsOfEnvironment();

struct Driver {
    bool initialised = false;
    int visibleCards = cardsOfEnvironment();
    std::map<int, Card*> cards;
    /** The GPU whose work is running; null if there is none. */
    Card* atWork = nullptr;
    Result sticky = SUCCESS;
    std::map<uintptr_t, Allocation> allocations;
    std::map<void*, size_t> hostAllocations;
    /** The memory of each GPU. */
    size_t memoryLimit = size_t{4} << 30;
    std::set<Stream*> streams;
    std::set<Event*> events;
    std::set<Graph*> graphs;
    std::set<std::shared_ptr<Capture>> captures;
    Counters counters;
    long handles = 0;
    /** How many more objects may be created. */
    long mayMake = LONG_MAX;
};

Driver& driver();

/** Checks the red zones around every allocation: writes past an end are found after the kernel that made them. */
void checkRedZones(const std::string& after);

/** Returns the stream of a handle, whose values 0 to 2 mean the default stream; null if the current GPU has none. */
Stream* streamOf(Stream* handle);

/** Runs a stream's work up to this position. */
void drain(Stream* stream, long position);

/** Runs all work of all streams of a GPU. */
void drainAll(Card* card);

/** Ends a capture: its streams accept work again. */
void release(const std::shared_ptr<Capture>& capture);

/** Drops all work and ends all captures. */
void dropAll();
