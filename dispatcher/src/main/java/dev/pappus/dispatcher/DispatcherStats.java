package dev.pappus.dispatcher;

/**
 * A dispatcher's counters at one moment.
 *
 * @param received invocations asked for since the start
 * @param succeeded invocations that ended well
 * @param failed invocations that ended with a problem, cancelled ones and those turned away for
 *     lack of room in a queue included
 * @param cancelled invocations that were cancelled
 * @param overloaded invocations turned away, at the door or for lack of room in a queue
 * @param running invocations under way
 * @param computeWaiting instances that wait for an engine
 * @param enginesBusy engines at work, spare ones included
 * @param enginesSpare spare engines open
 * @param communicationWaiting communication instances that wait
 * @param communicationRunning communication instances at work
 * @param codeLoads how often code was read from a file
 * @param codeBytes prepared code in memory
 * @param resultBytes results of instances that invocations under way hold
 * @param copiedInBytes bytes of items that were copied into sandboxes
 * @param copiedOutBytes bytes of items that were copied out of them
 * @param internalErrors exceptions that should not have been; each is a bug
 */
public record DispatcherStats(
    long received,
    long succeeded,
    long failed,
    long cancelled,
    long overloaded,
    int running,
    int computeWaiting,
    int enginesBusy,
    int enginesSpare,
    int communicationWaiting,
    int communicationRunning,
    long codeLoads,
    long codeBytes,
    long resultBytes,
    long copiedInBytes,
    long copiedOutBytes,
    long internalErrors) {}
