internal import Platform

/// When one worker did what, while the log is on: the phases of a step one after the other, and within them the waits
/// of the team's collective operations.
///
/// It allocates when it is made and not while it is written to; what comes after it is full is left out.
public final class SpanLog {
  /// What a worker does; a step goes through the first five in this order.
  public enum Kind: String, Sendable, CaseIterable {
    /// Recurrence, BatchNorm, output layer and loss.
    case forward
    /// Back through output layer, BatchNorm and time, and the gradients of this worker's streams.
    case backward
    /// The gradient's reduce-scatter.
    case reduce
    /// Finishing the canonical sum of the owned slice, and the optimizer.
    case update
    /// The parameters' all-gather, and the copies that are made of them.
    case gather
    /// Within any of them: from the call of a collective operation until it returns.
    case wait
  }

  /// From start to end, in nanoseconds of the node's monotonic clock.
  public struct Span: Sendable, Equatable {
    package let kind: Kind
    package let start, end: Int64
  }

  /// Whether spans are kept.
  public var isOn = false
  /// The steps of a fit that the spans belong to, counted from 0.
  package var steps = 0..<0
  /// When `start` turned the log on, in nanoseconds.
  private(set) package var origin: Int64 = 0
  /// The spans, in the order of their ends.
  public private(set) var spans: [Span] = []
  private let capacity: Int
  private var phase: (kind: Kind, start: Int64)?

  /// A log of at most `capacity` spans.
  public init(capacity: Int) {
    self.capacity = capacity
    spans.reserveCapacity(capacity)
  }

  /// Turns the log on; the call's time is the zero of a trace.
  package func start() {
    origin = Self.now()
    isOn = true
  }

  /// Ends the phase under way and starts the next, if any.
  package func mark(_ kind: Kind?) {
    guard isOn else { return }
    let time = Self.now()
    if let phase { append(Span(kind: phase.kind, start: phase.start, end: time)) }
    phase = kind.map { ($0, time) }
  }

  /// Calls `body` and keeps its time as a wait.
  @inline(__always)
  func wait(_ body: () -> Void) {
    guard isOn else { return body() }
    let start = Self.now()
    body()
    append(Span(kind: .wait, start: start, end: Self.now()))
  }

  /// Nanoseconds that all spans of a kind have taken.
  package func total(_ kind: Kind) -> Int64 { spans.reduce(0) { $1.kind == kind ? $0 + $1.end - $1.start : $0 } }

  private func append(_ span: Span) { if spans.count < capacity { spans.append(span) } }

  /// Nanoseconds of the clock that all processes of a node share (`clock_gettime`, `CLOCK_MONOTONIC`).
  static func now() -> Int64 {
    var time = timespec()
    // The call fills the structure, during the call.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
