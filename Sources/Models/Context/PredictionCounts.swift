package import Teams

/// How often each token was taken for another one in evaluation, on one worker.
package final class PredictionCounts {
  private var counts: [UInt64: Int] = [:]

  /// Nothing counted yet.
  package init() {}

  /// Counts a token that was taken for another one: of equal logits the first counts.
  func add(actual: Int, predicted: Int) { counts[UInt64(actual) << 32 | UInt64(predicted), default: 0] += 1 }

  /// The pairs of all workers on worker 0, the most frequent first, equal ones by their ids; nil elsewhere. Collective.
  package func mostConfused(_ team: any Team) -> [ConfusedPair]? {
    var message: [UInt8] = []
    for (pair, count) in counts {
      for number in [pair, UInt64(count)] { message += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }
    let messages = team.gather(message)
    guard team.rank == 0 else { return nil }
    var all: [UInt64: Int] = [:]
    for message in messages {
      func number(_ place: Int) -> UInt64 {
        message[place..<(place + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
      for place in stride(from: 0, to: message.count, by: 16) {
        all[number(place), default: 0] += Int(number(place + 8))
      }
    }
    return all.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      ConfusedPair(actual: Int($0.key >> 32), predicted: Int($0.key & 0xFFFF_FFFF), count: $0.value)
    }
  }
}

/// A token that was taken for another one, as in fastai's `most_confused`.
public struct ConfusedPair: Sendable, Equatable {
  /// The ids of the token that came, and of the one that was predicted.
  public let actual, predicted: Int
  /// How often.
  public let count: Int

  package init(actual: Int, predicted: Int, count: Int) {
    (self.actual, self.predicted, self.count) = (actual, predicted, count)
  }
}
