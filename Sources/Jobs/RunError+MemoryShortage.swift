public import Files
public import Memory

extension RunError {
  /// A shortage of memory, in the user's terms.
  public init(_ shortage: MemoryShortage) {
    func text(_ bytes: Int) -> String {
      bytes < 10_000_000
        ? "\(max(bytes, 0) / 1000) kB"
        : bytes < 10_000_000_000 ? "\(bytes / 1_000_000) MB" : "\(bytes / 1_000_000_000) GB"
    }
    let limit = shortage.limit
    let left = limit.map { limit in
      let figure = limit.available < shortage.needed ? "the \(text(limit.available)) left" : "is left"
      return " than \(figure) of \(limit.name), \(text(limit.total))"
    }
    self.init(
      "too little memory", at: "\(text(shortage.needed)) more" + (left ?? ""),
      remedy: Self.shortageRemedy(limit), status: .failure)
  }

  /// What to do about too little memory: about the limit, and by the options that the command has.
  package static func shortageRemedy(_ limit: MemoryLimit?) -> String {
    let less =
      OfferedOptions.among(["--hidden", "--batch-size", "--bptt"]).map { "give a smaller \($0)" }
      ?? OfferedOptions.among(["--threads"]).map { "give fewer \($0)" }
    let all = [limit?.remedy, less].compactMap(\.self)
    return all.isEmpty ? "end other programs" : all.joined(separator: ", or ")
  }
}
