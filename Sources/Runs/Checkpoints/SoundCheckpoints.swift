internal import Files
internal import SystemPackage

/// Which of a run's checkpoints one can go on from.
///
/// A run that leaves the range of Float has often been lost long before: what it carries from step to step grows by a
/// factor each step, and comes back at no learning rate. Such a state is finite for some hundred steps, and may be
/// kept.
struct SoundCheckpoints {
  /// The names of the tensors that a run carries from step to step.
  let carried: [String]

  /// How many times as large as in the oldest checkpoint, or as 1, a carried state may be. Those of sound runs stay
  /// within a few times of each other.
  static let growth: Float = 100
  /// The most that a carried state of the oldest checkpoint may be, which has none to be compared with.
  static let largest: Float = 1000
  /// Steps before a state is seen to grow in which the weights that make it grow may have been there: as many as the
  /// recorded loss goes back.
  static let margin = 50

  /// The checkpoints of a list, the newest first, whose carried states don't grow. The files are read as they are asked
  /// for.
  ///
  /// - last: those of later steps are left out.
  func sound(
    _ list: [(step: Int, path: FilePath)], upTo last: Int = .max
  ) -> some Sequence<(step: Int, path: FilePath)> {
    let first = list.last.flatMap { size($0.path) } ?? 0
    let limit = Self.growth * max(1, first <= Self.largest ? first : 1)
    return list.enumerated().lazy.filter { index, checkpoint in
      guard checkpoint.step <= last else { return false }
      guard index < list.count - 1 else { return first <= Self.largest }
      return size(checkpoint.path).map { $0 <= limit } ?? false
    }.map { $1 }
  }

  /// Which of a run's checkpoints stay, by their steps: the newest one and the newest sound one; of three or more also
  /// one that is `margin` steps before that, and the one that will be; then the newest, `count` in all.
  ///
  /// - list: the run's, the newest first.
  func kept(_ list: [(step: Int, path: FilePath)], _ count: Int) -> Set<Int> {
    var kept = Set(list.prefix(1).map(\.step))
    if let sound = sound(list).first(where: { _ in true })?.step {
      kept.insert(sound)
      if count >= 3 {
        if let early = self.sound(list, upTo: sound - Self.margin).first(where: { _ in true }) {
          kept.insert(early.step)
        }
        if let next = list.last(where: { $0.step > sound - Self.margin }) { kept.insert(next.step) }
      }
    }
    for checkpoint in list where kept.count < count { kept.insert(checkpoint.step) }
    return kept
  }

  /// The checkpoint to go on from, at a lower rate than before, by a run that isn't finite behind step `last`; nil for
  /// none.
  ///
  /// - list: the run's, the newest first; triedStep: that from which a lower rate has been tried already.
  func newest(_ list: [(step: Int, path: FilePath)], before last: Int, triedStep: Int?) -> FilePath? {
    let list = list.filter { $0.step < last }
    let sound = Array(sound(list))
    let end = list.last { $0.step > sound.first?.step ?? 0 }?.step ?? last
    let early = sound.filter { $0.step + Self.margin <= end }
    func untried(_ some: [(step: Int, path: FilePath)]) -> FilePath? {
      guard let triedStep, let first = some.first, first.step <= triedStep else { return some.first?.path }
      return some.first { $0.step < triedStep }?.path
    }
    return untried(early) ?? untried(sound)
  }

  /// The magnitude of the largest element that a checkpoint carries; nil for a file that can't be read.
  private func size(_ path: FilePath) -> Float? {
    do {
      let source = try ByteSource(opening: path)
      let count = try SafetensorsHeader.byteCount(try source.read(0..<min(8, source.count)), fileSize: source.count)
      let header = try SafetensorsHeader(try source.read(0..<count), fileSize: source.count)
      var largest: Float = 0
      for tensor in header.tensors where carried.contains(tensor.name) {
        for start in stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 1 << 20) {
          let bytes = try source.read(start..<min(start + 1 << 20, tensor.range.upperBound))
          for element in stride(from: 0, to: bytes.count - 3, by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[element + $1]) << UInt32(8 * $1) }
            let value = Float(bitPattern: bits).magnitude
            // What isn't a number is larger than all.
            largest = value.isNaN ? .infinity : max(largest, value)
          }
        }
      }
      return largest
    } catch {
      return nil
    }
  }
}
