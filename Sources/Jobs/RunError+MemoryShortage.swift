internal import Files
internal import Memory

extension RunError {
  /// What a step's memory says that isn't to be had.
  init(_ shortage: MemoryShortage) {
    func text(_ bytes: Int) -> String {
      Double(bytes) < 1e9 ? "\(bytes / 1_000_000) MB" : "\(bytes / 1_000_000_000) GB"
    }
    self.init(
      "too little memory",
      at: "\(text(shortage.needed)) more" + (shortage.available.map { ", \(text($0)) free" } ?? ""),
      remedy: "give a smaller --hidden, --batch-size or --bptt", status: .failure)
  }
}
