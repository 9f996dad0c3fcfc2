internal import Benchmarks
internal import Files

/// Other programs beside dist-train, and which of them are faster.
enum PeerTable {
  static func html(_ peers: [PeerFigures]) -> String {
    guard !peers.isEmpty else { return without }
    let header = [
      "model", "hidden", "bptt", "vocabulary", "workers", "program", "its tokens/s", "dist-train, tokens/s",
      "dist-train is × as fast",
    ]
    let rows = peers.map { peer in
      [
        peer.model, "\(peer.hidden)", "\(peer.bptt)", peer.vocabulary.map { NumberText.grouped($0) } ?? "human numbers",
        "\(peer.workers)", peer.name, NumberText.grouped(Int(peer.tokensPerSecond)), NumberText.grouped(Int(peer.ours)),
        fixed(peer.ratio, 2),
      ]
    }
    let faster = peers.filter { $0.ratio < 1 }.map { peer in
      """
      \(peer.name) on \(MachineSheet.count(peer.workers, "worker")) at \(peer.model), hidden \(peer.hidden), bptt \
      \(peer.bptt) (\(fixed(1 / peer.ratio, 2)) ×)
      """
    }
    let verdict =
      faster.isEmpty
      ? "Of \(MachineSheet.count(peers.count, "figure")) of other programs none is higher than dist-train's."
      : "Faster than dist-train: \(faster.joined(separator: "; "))."
    return paragraph("\(verdict) \(source)") + HTMLPage.table([header] + rows, class: "numbers")
  }

  private static let source = """
    These speeds come from the file given by --peers, in which each program ran in turn with dist-train on the same \
    machine; they weren't measured by this command.
    """

  private static let without =
    paragraph(
      """
      Nothing is said here of other programs: no speeds of any were given. Time them in turn with dist-train, and give the \
      file by --peers. It has lines of options, each followed by a line of JSON with the tokens/s of each program by bptt, \
      as follows.
      """) + """
      <pre class="code">--model lstm --hidden 256 --vocab 10000 --workers 1
      {"20": {"median": {"dist-train": 30000, "pytorch-eager": 15000, "jax-jit": 12000}}}</pre>

      """
}
