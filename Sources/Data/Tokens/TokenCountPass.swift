internal import Files
private import Synchronization
internal import Tokenization

/// The first pass over texts: what their tokens are, and how often each occurs in the train split.
struct TokenCountPass: Sendable {
  private(set) var counts = TokenCounts()
  /// SHA-256 of the files, as hex digits.
  private(set) var digests: [String] = []

  /// Cuts the texts into tokens and counts them; appends the number of each to the file of its split.
  ///
  /// - files: those of the train and of the valid split.
  /// - watch: called from time to time with the bytes read; what it throws ends the work.
  static func take(
    _ sources: TextSources, _ options: TokenizeOptions, to files: [NumberFile],
    watch: (Int) throws(RunError) -> Void
  ) throws -> TokenCountPass {
    let chunks = TextChunks(sources, size: options.chunkSize)
    let kind = options.tokenizer
    let state = State(files)
    try ChunkWork.run(
      chunks, threads: options.threads, memory: { ThreadMemory(tokenizer: Tokenizer(kind)) },
      make: { (chunk, memory) throws(RunError) in memory.count(chunk) },
      use: { (counted) throws(RunError) in try state.add(counted) }, watch: watch)
    return TokenCountPass(counts: state.counts.withLock { $0 }, digests: chunks.digests)
  }

  /// A piece's tokens as numbers of its own, with their counts.
  private struct Counted: Sendable {
    let split: DataSplit
    var counts = TokenCounts()
    var numbers: [Int32] = []
  }

  /// What a thread keeps from piece to piece.
  private struct ThreadMemory {
    var tokenizer: Tokenizer
    var tokens = TokenBuffer()

    mutating func count(_ chunk: TextChunk) -> Counted {
      tokens.removeAll()
      if chunk.startsDocument { tokens.appendBegin() }
      tokenizer.tokenize(chunk.bytes, endsDocument: chunk.endsDocument, into: &tokens)
      var result = Counted(split: chunk.split)
      result.numbers = result.counts.add(tokens)
      return result
    }
  }

  /// All pieces so far. `ChunkWork` lets one thread at a time use the files.
  private final class State: @unchecked Sendable {
    let counts = Mutex(TokenCounts())
    private let files: [NumberFile]

    init(_ files: [NumberFile]) { self.files = files }

    /// Adds the next piece. Those of the valid split come after all of the train split.
    func add(_ piece: Counted) throws(RunError) {
      let isTrain = piece.split == .train
      let numbers = counts.withLock { isTrain ? $0.add(piece.counts) : $0.numbers(of: piece.counts) }
      try files[isTrain ? 0 : 1].append(piece.numbers.map { numbers[Int($0)] })
    }
  }
}
