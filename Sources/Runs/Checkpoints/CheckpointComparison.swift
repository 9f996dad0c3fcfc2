public import Files
internal import Fitting
internal import Memory
internal import Reports
public import SystemPackage

/// Where two runs part: found by bisection over the steps at which both have a checkpoint, since runs that have parted
/// stay apart.
public struct CheckpointComparison: Sendable, Equatable {
  /// Steps at which both have one.
  public let commonSteps: Int
  /// The last of those at which both are the same; nil when they differ from the first on.
  public var lastSame: Int?
  /// The first at which they differ; nil when they never do.
  public var firstDifferent: Int?
  /// The first tensor that differs there, with the number of its elements that do.
  public var tensor: (name: String, different: Int, of: Int)?

  /// The first step whose losses differ in the metrics, as far as both go; nil when they never do or aren't there.
  public var firstDifferentLoss: Int?

  /// Compares the checkpoints of two run directories.
  ///
  /// - Throws: `RunError` when one that is looked at is damaged, or when there is no common step.
  public init(_ one: FilePath, _ other: FilePath) throws(RunError) {
    func list(_ path: FilePath) throws(RunError) -> [Int: FilePath] {
      let files = try Resumption.candidates(path)
      return Dictionary(
        CheckpointStore.list(files.first?.removingLastComponent() ?? path).map { ($0.step, $0.path) },
        uniquingKeysWith: { first, _ in first })
    }
    let (left, right) = (try list(one), try list(other))
    let steps = left.keys.filter { right[$0] != nil }.sorted()
    guard !steps.isEmpty else {
      throw RunError(
        "no step at which both have a checkpoint", at: "\(one), \(other)",
        remedy: "keep more of them: --checkpoint-every, --keep", status: .badData)
    }
    commonSteps = steps.count
    let (ours, theirs) = (Self.losses(one), Self.losses(other))
    firstDifferentLoss = zip(ours, theirs).first { $0.loss.bitPattern != $1.loss.bitPattern }?.0.step
    func difference(_ step: Int) throws(RunError) -> (name: String, different: Int, of: Int)? {
      guard let one = left[step], let other = right[step] else { return nil }
      let (ours, theirs) = (try Self.read(one), try Self.read(other))
      do { return try Self.difference(ours, theirs) } catch {
        throw RunError(
          "a checkpoint can't be read (\(error))", at: "\(one), \(other)", remedy: "take other ones",
          status: .inputOutput)
      }
    }
    var low = 0
    var high = steps.count
    var found: (name: String, different: Int, of: Int)?
    while low < high {
      let middle = (low + high) / 2
      if let difference = try difference(steps[middle]) {
        high = middle
        found = difference
      } else {
        low = middle + 1
      }
    }
    lastSame = low > 0 ? steps[low - 1] : nil
    if low < steps.count {
      firstDifferent = steps[low]
      tensor = found
    }
  }

  private static func losses(_ directory: FilePath) -> [StepRecord] {
    let path = directory.appending(RunDirectory.File.metrics.rawValue)
    return (try? FileOperations.read(path)).flatMap { MetricsHistory($0) }?.steps ?? []
  }

  private static func read(_ path: FilePath) throws(RunError) -> Checkpoint {
    do {
      return try Checkpoint.read(ByteSource(opening: path)).checkpoint
    } catch {
      throw RunError("damaged checkpoint (\(error))", at: path.string, remedy: "take another one", status: .badData)
    }
  }

  /// The first tensor, in the order of the file, whose bits differ; both are read piece by piece.
  private static func difference(
    _ one: Checkpoint, _ other: Checkpoint
  ) throws -> (name: String, different: Int, of: Int)? {
    guard let ours = one.source, let theirs = other.source else { preconditionFailure("both have been read here") }
    for tensor in one.header.tensors {
      let count = tensor.range.count / 4
      guard let same = try? other.header.tensor(tensor.name, shape: tensor.shape), same.dtype == tensor.dtype else {
        return (tensor.name, count, count)
      }
      var different = 0
      for start in stride(from: 0, to: tensor.range.count, by: 1 << 20) {
        let length = min(1 << 20, tensor.range.count - start)
        let left = try ours.read((tensor.range.lowerBound + start)..<(tensor.range.lowerBound + start + length))
        let right = try theirs.read((same.range.lowerBound + start)..<(same.range.lowerBound + start + length))
        guard left != right else { continue }
        different += stride(from: 0, to: length, by: 4).count { left[$0..<($0 + 4)] != right[$0..<($0 + 4)] }
      }
      if different > 0 { return (tensor.name, different, count) }
    }
    return nil
  }

  /// Whether both found the same.
  public static func == (one: Self, other: Self) -> Bool {
    one.commonSteps == other.commonSteps && one.lastSame == other.lastSame
      && one.firstDifferent == other.firstDifferent && one.tensor?.name == other.tensor?.name
  }
}
