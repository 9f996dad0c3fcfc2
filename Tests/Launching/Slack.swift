import Foundation

/// Milliseconds that a job gets which takes at most so long on an idle machine: the tests run beside each other, and
/// beside whatever else the machine does. With `DIST_TRAIN_STRICT` set it gets no more than that.
public func slack(_ milliseconds: Int) -> Int { isStrict ? milliseconds : 4 * milliseconds }

/// Whether times are to be held to the letter, which wants a machine that does nothing else.
public let isStrict = ProcessInfo.processInfo.environment["DIST_TRAIN_STRICT"] != nil
