// Streams and events of the emulated driver. Streams are lazy: work is not run until the program waits for it, so that
// a program that forgets to wait sees old memory, and one that reuses a host buffer too early sends the new contents.
#include "driver.h"

#include <chrono>
#include <cmath>
#include <unistd.h>
#include <sys/syscall.h>

namespace {

/** A longer queue runs without being waited for. */
constexpr size_t QUEUE_LIMIT = 20000;

uint64_t thisThread() {
    return static_cast<uint64_t>(syscall(SYS_gettid));
}

double now() {
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

void push(Stream* stream, Work work) {
    stream->queue.push_back(std::move(work));
    stream->queued++;
}

void pushWait(Stream* stream, Stream* other, long position) {
    if (other->done < position) push(stream, [=] { drain(other, position); });
}

/** The default stream and the blocking ones take turns, in the order of the calls. */
void pushImplicitWaits(Stream* stream) {
    Stream* byDefault = &stream->card->defaultStream;
    if (stream != byDefault) {
        if (stream->blocking) pushWait(stream, byDefault, byDefault->queued);
        return;
    }
    for (Stream* other : driver().streams) {
        if (other->blocking && other->card == stream->card) pushWait(stream, other, other->queued);
    }
}

Result refuse(const std::shared_ptr<Capture>& capture, Result result, const std::string& why) {
    capture->invalid = true;
    emulator::complain(why);
    return result;
}

void merge(Clock& into, const Clock& from) {
    for (auto [stream, count] : from) into[stream] = std::max(into[stream], count);
}

bool known(Event* event) {
    return driver().events.count(event) > 0;
}

/** The real driver allows waiting for another GPU's events; here, code that does so is considered wrong. */
bool usable(Event* event) {
    return known(event) && emulator::isCurrent(event->card, "an event");
}

bool isDefault(const Stream* stream) {
    return stream == &stream->card->defaultStream;
}

bool pending(const Event* event) {
    return event->stream != nullptr && event->stream->done < event->position;
}

}  // namespace

Stream* streamOf(Stream* handle) {
    if (reinterpret_cast<uintptr_t>(handle) <= 2) return &emulator::currentCard()->defaultStream;
    return driver().streams.count(handle) > 0 && emulator::isCurrent(handle->card, "a stream") ? handle : nullptr;
}

Card* emulator::cardOf(Stream* handle) {
    return reinterpret_cast<uintptr_t>(handle) <= 2 ? currentCard() : handle->card;
}

/** After an error nothing more runs. Work may drain other streams, up to points that were queued before it. */
void drain(Stream* stream, long position) {
    Card* before = driver().atWork;
    driver().atWork = stream->card;
    while (stream->done < position && !stream->queue.empty()) {
        Work work = std::move(stream->queue.front());
        stream->queue.pop_front();
        if (driver().sticky == SUCCESS) work();
        stream->done++;
    }
    driver().atWork = before;
}

void drainAll(Card* card) {
    drain(&card->defaultStream, card->defaultStream.queued);
    for (Stream* stream : driver().streams) {
        if (stream->card == card) drain(stream, stream->queued);
    }
}

void dropAll() {
    for (auto [ordinal, card] : driver().cards) {
        card->defaultStream.queue.clear();
        card->defaultStream.done = card->defaultStream.queued;
    }
    for (Stream* stream : driver().streams) {
        stream->queue.clear();
        stream->done = stream->queued;
        stream->capture.reset();
    }
    driver().captures.clear();
}

Result emulator::readyOutsideCapture(const char* call) {
    TRY(ready());
    for (const auto& capture : driver().captures) {
        if (capture->anyThread || capture->thread == thisThread()) {
            return refuse(capture, CAPTURE_UNSUPPORTED, std::string(call) + " is not allowed in a capture");
        }
    }
    return SUCCESS;
}

Result emulator::enqueue(Stream* handle, Work work) {
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    if (stream->capture != nullptr) {
        if (stream->capture->invalid) return CAPTURE_INVALIDATED;
        stream->capture->nodes.push_back(std::move(work));
        stream->capture->clocks[stream][stream]++;
        return SUCCESS;
    }
    if (isDefault(stream)) {
        for (const auto& capture : driver().captures) {
            if (!capture->origin->blocking || capture->origin->card != stream->card) continue;
            return refuse(capture, CAPTURE_IMPLICIT, "the default stream would wait for a stream in a capture");
        }
    }
    pushImplicitWaits(stream);
    push(stream, std::move(work));
    if (stream->queue.size() > QUEUE_LIMIT) drain(stream, stream->queued);
    return driver().sticky;
}

Result emulator::finish(Stream* handle) {
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    drain(stream, stream->queued);
    return driver().sticky;
}

API int cuStreamCreate(Stream** stream, unsigned flags) {
    Locked locked;
    TRY(emulator::readyToMake("cuStreamCreate"));
    if (flags > 1) return INVALID_VALUE;
    *stream = new Stream;
    (*stream)->card = emulator::currentCard();
    (*stream)->blocking = flags == 0;
    driver().streams.insert(*stream);
    return SUCCESS;
}

API int cuStreamCreateWithPriority(Stream** stream, unsigned flags, int) {
    return cuStreamCreate(stream, flags);
}

/** The object is kept, because events may point to it. */
API int cuStreamDestroy_v2(Stream* handle) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuStreamDestroy"));
    Stream* stream = streamOf(handle);
    if (stream == nullptr || isDefault(stream)) return INVALID_HANDLE;
    Result result = emulator::finish(handle);
    driver().streams.erase(handle);
    return result;
}

API int cuStreamSynchronize(Stream* stream) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuStreamSynchronize"));
    driver().counters.synchronises++;
    return emulator::finish(stream);
}

API int cuCtxSynchronize() {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuCtxSynchronize"));
    driver().counters.synchronises++;
    drainAll(emulator::currentCard());
    return driver().sticky;
}

/** Queried work is never finished at first: it runs now, and the next query finds it finished. */
API int cuStreamQuery(Stream* handle) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuStreamQuery"));
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    bool waiting = stream->done < stream->queued;
    TRY(emulator::finish(handle));
    return waiting ? NOT_READY : SUCCESS;
}

API int cuStreamWaitEvent(Stream* handle, Event* event, unsigned) {
    Locked locked;
    TRY(emulator::ready());
    Stream* stream = streamOf(handle);
    if (stream == nullptr || !known(event)) return INVALID_HANDLE;
    if (event->capture == nullptr) {
        if (event->stream == nullptr) return SUCCESS;
        if (stream->capture != nullptr) {
            return refuse(stream->capture, CAPTURE_ISOLATION, "a stream in a capture waits for work outside of it");
        }
        Stream* other = event->stream;
        long position = event->position;
        return emulator::enqueue(handle, [=] { drain(other, position); });
    }
    if (driver().captures.count(event->capture) == 0) return CAPTURED_EVENT;
    if (isDefault(stream)) {
        return refuse(event->capture, CAPTURE_IMPLICIT, "the default stream cannot join a capture");
    }
    if (stream->capture != nullptr && stream->capture != event->capture) {
        return refuse(event->capture, CAPTURE_MERGE, "a stream of one capture waits for another capture");
    }
    stream->capture = event->capture;
    merge(stream->capture->clocks[stream], event->clock);
    return SUCCESS;
}

// ---- Events

API int cuEventCreate(Event** event, unsigned flags) {
    Locked locked;
    TRY(emulator::readyToMake("cuEventCreate"));
    *event = new Event;
    (*event)->card = emulator::currentCard();
    (*event)->timed = (flags & 2) == 0;
    driver().events.insert(*event);
    return SUCCESS;
}

API int cuEventDestroy_v2(Event* event) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(event)) return INVALID_HANDLE;
    driver().events.erase(event);
    delete event;
    return SUCCESS;
}

API int cuEventRecord(Event* event, Stream* handle) {
    Locked locked;
    TRY(emulator::ready());
    Stream* stream = streamOf(handle);
    if (stream == nullptr || !usable(event)) return INVALID_HANDLE;
    event->capture = stream->capture;
    if (stream->capture != nullptr) {
        if (stream->capture->invalid) return CAPTURE_INVALIDATED;
        event->stream = nullptr;
        event->clock = stream->capture->clocks[stream];
        return SUCCESS;
    }
    auto time = std::make_shared<double>(NAN);
    TRY(emulator::enqueue(handle, [=] { *time = now(); }));
    event->stream = stream;
    event->position = stream->queued;
    event->milliseconds = time;
    return SUCCESS;
}

API int cuEventSynchronize(Event* event) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuEventSynchronize"));
    if (!usable(event)) return INVALID_HANDLE;
    if (event->capture != nullptr) return CAPTURED_EVENT;
    driver().counters.synchronises++;
    if (event->stream != nullptr) drain(event->stream, event->position);
    return driver().sticky;
}

/** Like cuStreamQuery: queried work is finished at the next query. */
API int cuEventQuery(Event* event) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuEventQuery"));
    if (!usable(event)) return INVALID_HANDLE;
    if (event->capture != nullptr) return CAPTURED_EVENT;
    if (!pending(event)) return SUCCESS;
    drain(event->stream, event->position);
    return driver().sticky == SUCCESS ? NOT_READY : driver().sticky;
}

/** Returns the wall time of the emulation between the two points. */
API int cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(start) || !usable(end) || !start->timed || !end->timed) return INVALID_HANDLE;
    if (start->capture != nullptr || end->capture != nullptr) return CAPTURED_EVENT;
    if (start->stream == nullptr || end->stream == nullptr) return INVALID_HANDLE;
    if (pending(start) || pending(end)) return NOT_READY;
    *milliseconds = static_cast<float>(*end->milliseconds - *start->milliseconds);
    return SUCCESS;
}

// ---- Capture

API int cuStreamBeginCapture_v2(Stream* handle, int mode) {
    Locked locked;
    TRY(emulator::ready());
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    if (mode < 0 || mode > 2) return INVALID_VALUE;
    if (isDefault(stream)) return CAPTURE_UNSUPPORTED;
    if (stream->capture != nullptr) return INVALID_VALUE;
    auto capture = std::make_shared<Capture>();
    capture->origin = stream;
    capture->anyThread = mode == 0;
    capture->thread = thisThread();
    capture->clocks[stream];
    stream->capture = capture;
    driver().captures.insert(capture);
    driver().counters.captures++;
    return SUCCESS;
}

/** Returns 0 for no capture, 1 for a capture, and 2 for one that has become invalid. */
API int cuStreamIsCapturing(Stream* handle, int* status) {
    Locked locked;
    TRY(emulator::ready());
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    *status = stream->capture == nullptr ? 0 : stream->capture->invalid ? 2 : 1;
    return SUCCESS;
}

void release(const std::shared_ptr<Capture>& capture) {
    for (Stream* stream : driver().streams) {
        if (stream->capture == capture) stream->capture.reset();
    }
    driver().captures.erase(capture);
}

/** The stream on which the capture started must have waited for the work of every stream that joined. */
API int cuStreamEndCapture(Stream* handle, Graph** graph) {
    Locked locked;
    TRY(emulator::ready());
    *graph = nullptr;
    Stream* stream = streamOf(handle);
    if (stream == nullptr) return INVALID_HANDLE;
    auto capture = stream->capture;
    if (capture == nullptr) return INVALID_VALUE;
    if (capture->origin != stream) {
        return refuse(capture, CAPTURE_UNMATCHED, "a capture must end on the stream it started on");
    }
    if (capture->thread != thisThread()) {
        return refuse(capture, CAPTURE_WRONG_THREAD, "a capture must end on the thread it started on");
    }
    release(capture);
    if (capture->invalid) return CAPTURE_INVALIDATED;
    Clock& joined = capture->clocks[stream];
    for (auto& [other, clock] : capture->clocks) {
        if (clock[other] > joined[other]) return CAPTURE_UNJOINED;
    }
    *graph = new Graph{stream->card, std::make_shared<std::vector<Work>>(std::move(capture->nodes))};
    driver().graphs.insert(*graph);
    return SUCCESS;
}
