internal import Files
internal import Memory
internal import Models

/// One named part of a run's training state: what it is called in files, how large it is, and what it holds.
struct StateSection: Sendable {
  enum Content: Sendable {
    /// A trained tensor; every node has all of it.
    case parameter(ModelTensor)
    /// A tensor's part of one of the optimizer's slots, by the slot's place; each worker has its slice.
    case slot(Int, ModelTensor)
    /// What training moves without gradients, by its place in the model; every worker has it.
    case runningStatistic(Int)
    /// What is carried from step to step, by its place in the model; each worker has its streams.
    case carriedState(Int)
    /// A copy of a carried state as the latest validation began with it: of no use to training.
    case validationState(Int)
  }

  /// What stands before a carried state's name in that of the tensor from which a validation begins.
  static let validationPrefix = "validation_state."

  let name: String
  /// As in PyTorch; (streams, width) for a carried state.
  let shape: [Int]
  let content: Content

  /// Number of elements.
  var count: Int { shape.reduce(1, *) }

  /// Whether the model needs it to predict: a parameter or a running statistic.
  var isWeight: Bool {
    switch content {
    case .parameter, .runningStatistic: true
    case .slot, .carriedState, .validationState: false
    }
  }

  /// What the header of a file says of it.
  var entry: SafetensorsFile.TensorShape { SafetensorsFile.TensorShape(floats: name, shape: shape) }

  /// The section in pieces of about a megabyte, in the order of its elements.
  var pieces: [StatePiece] {
    switch content {
    case .parameter(let tensor), .slot(_, let tensor):
      return tensor.pieces().map { StatePiece(content: content, elements: $0.elements, tensor: $0) }
    case .runningStatistic:
      return [StatePiece(content: content, elements: 0..<count)]
    case .carriedState, .validationState:
      let width = shape[1]
      let step = max(TensorPiece.mostFloats / max(width, 1), 1)
      return stride(from: 0, to: shape[0], by: step).map { first in
        let streams = first..<min(first + step, shape[0])
        let elements = (streams.lowerBound * width)..<(streams.upperBound * width)
        return StatePiece(content: content, elements: elements, streams: streams)
      }
    }
  }
}

/// A part of a section that is small enough to be taken from hand to hand.
struct StatePiece: Sendable {
  let content: StateSection.Content
  /// Which of the section's elements, in the order of files and digests.
  let elements: Range<Int>
  /// Of a parameter or slot: where it lies in the arena.
  var tensor: TensorPiece?
  /// Of a carried state: the streams.
  var streams = 0..<0

  /// Floats that the workers' parts of it make together.
  var storedCount: Int { tensor?.storedCount ?? elements.count }
  /// The runs of the arena in which it lies.
  var segments: [Range<Int>] { tensor?.segments ?? [] }
}

/// A run's training state as an ordered list of sections, free of any number of workers, and the counters after them.
///
/// Digest, checkpoint, restoring and comparison go over this list and know no model and no optimizer.
struct TrainingState: Sendable {
  /// In the order of digests: parameters, each of the optimizer's slots, running statistics, carried states.
  let sections: [StateSection]
  /// What a validation begins with: as the latest one has, where nothing was trained since, else as one would; empty
  /// where it begins from zero. Neither digested nor needed to go on.
  var validation: [StateSection] = []
  /// Updates of the optimizer.
  let updates: Int

  /// What a model needs, in the order of files.
  var weights: [StateSection] { sections.filter(\.isWeight) }
  /// What a file of weights has: these, and what a validation begins with.
  var weightsOrder: [StateSection] { weights + validation }
  /// All of it in the order of files: the weights first.
  var fileOrder: [StateSection] { weights + sections.filter { !$0.isWeight } }
  /// The same as a checkpoint has it: with the state before a validation, where that isn't the carried one any more.
  var checkpointOrder: [StateSection] {
    fileOrder + validation.filter { if case .validationState = $0.content { true } else { false } }
  }
  /// Bytes of all sections.
  var byteCount: Int { sections.reduce(0) { $0 + 4 * $1.count } }

  /// SHA-256 over the sections in order and the counters, little-endian, as 64 hex digits.
  ///
  /// - stream: calls what it is given with all elements in order, piece by piece.
  func digest(_ stream: (_ take: (BufferView<Float>) -> Void) throws -> Void) rethrows -> String {
    var digest = StreamDigest()
    try stream { digest.update($0) }
    digest.update((0..<8).map { UInt8(truncatingIfNeeded: updates >> (8 * $0)) })
    return digest.digits
  }
}
