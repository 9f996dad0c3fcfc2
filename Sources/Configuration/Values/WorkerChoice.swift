/// One worker of a number of them, typed as "i/n".
package struct WorkerChoice: Equatable, Sendable, TextualOptionValue {
  /// The worker's number, from 0 on.
  package let index: Int
  /// The number of workers.
  package let size: Int

  package init?(text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let size = parts[1] else { return nil }
    (self.index, self.size) = (index, size)
  }

  package var text: String { "\(index)/\(size)" }
}
