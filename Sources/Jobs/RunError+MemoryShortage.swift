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
      remedy: (limit.map { "\($0.remedy), or " } ?? "") + "give a smaller --hidden, --batch-size or --bptt",
      status: .failure)
  }
}
