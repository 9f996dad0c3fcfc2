internal import Memory
internal import Teams

/// What each process tells all others, some hundred times a second: from it all come to the same decisions.
struct SweepRound {
  /// One process's line.
  struct Line: Equatable {
    /// Runs that it can begin, and that it does.
    var free = 0
    var busy = 0
    /// Runs that it has done since the last meeting.
    var done = 0
    /// Whether it is asked to stop, has an error that ends the sweep, has errors that end nothing.
    var wantsStop = false
    var hasError = false
    var hasNotes = false
  }

  /// Who begins which: to each process in turn one, as long as it has room.
  ///
  /// - waiting: how many runs nobody has begun.
  /// - Returns: for each process the places of its runs among those.
  static func assign(_ lines: [Line], waiting: Int) -> [[Int]] {
    var runs = lines.map { _ in [Int]() }
    var next = 0
    var turn = 0
    while next < waiting, lines.contains(where: { $0.free > turn }) {
      for (process, line) in lines.enumerated() where line.free > turn && next < waiting {
        runs[process].append(next)
        next += 1
      }
      turn += 1
    }
    return runs
  }
}

/// The exchange of these lines.
@safe
final class SweepExchange {
  private let team: any Team
  /// In turn, so that a line is written only when all have read the one before it.
  private let exchanges: [TreeExchange]
  private var isOdd = false
  private static let width = 6

  /// Collective.
  init(_ team: any Team) {
    self.team = team
    exchanges = (0..<2).map { _ in team.makeTreeExchange(floats: 0, doubles: Self.width) }
  }

  /// The lines of all processes. Collective.
  func complete(_ own: SweepRound.Line) -> [SweepRound.Line] {
    isOdd.toggle()
    let exchange = exchanges[isOdd ? 1 : 0]
    let stride = exchange.doubleStride
    let place = exchange.ownRoots.lowerBound * stride
    let numbers = [
      own.free, own.busy, own.done, own.wantsStop ? 1 : 0, own.hasError ? 1 : 0, own.hasNotes ? 1 : 0,
    ]
    for (index, number) in numbers.enumerated() { exchange.doubles[place + index] = Double(number) }
    team.complete(exchange)
    return Swift.stride(from: 0, to: team.size * stride, by: stride).map { row in
      func number(_ index: Int) -> Int { Int(exchange.doubles[row + index]) }
      return SweepRound.Line(
        free: number(0), busy: number(1), done: number(2), wantsStop: number(3) > 0, hasError: number(4) > 0,
        hasNotes: number(5) > 0)
    }
  }
}
