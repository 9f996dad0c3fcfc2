import Foundation
import Testing

@testable import Corpus
@testable import Data
@testable import Files
@testable import Kernels
@testable import Models
@testable import Teams
@testable import Tokenization
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Readers of files from outside, on mutated inputs: none may crash, hang, or take memory out of proportion to the
/// file.
///
/// `DIST_TRAIN_FUZZ` asks for more inputs than 20,000, `DIST_TRAIN_SEED` for others.
@Suite(.serialized) struct FuzzTests {
  private static let count = ProcessInfo.processInfo.environment["DIST_TRAIN_FUZZ"].flatMap { Int($0) } ?? 20_000
  private static let seed = ProcessInfo.processInfo.environment["DIST_TRAIN_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func safetensors() throws {
    let checkpointLike = SafetensorsFile.bytes(
      tensors: [
        NamedTensor("input_to_hidden.weight", shape: [4, 3], .floats([Float](repeating: 1, count: 12))),
        NamedTensor("step", shape: [2], .integers([1, 2])), NamedTensor("mean", shape: [], .doubles([0.5])),
      ], metadata: [(CheckpointSeal.name, CheckpointSeal.blank), ("vocabulary", #"["a","\u00e9"]"#)])
    let headers = [
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[1],"data_offsets":[8,10]}}"#,
      #"{"__metadata__":{"x":"\ud83d\ude00"},"a":{"dtype":"BF16","shape":[0,5],"data_offsets":[0,0]}}"#,
      String(repeating: #"{"a":["#, count: 30) + "1" + String(repeating: "]}", count: 30),
    ]
    let seeds =
      [checkpointLike]
      + headers.map { header in
        littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 7, count: 10)
      }
    var read = 0
    try mutate(seeds) { bytes in
      guard let file = try? SafetensorsFile(bytes) else { return }
      read += 1
      for tensor in file.tensors {
        _ = try? file.floats(tensor.name, shape: tensor.shape)
        _ = try? file.values(tensor.name, shape: tensor.shape)
      }
      // A file with the right digest gets as far as the reader of checkpoints.
      let place = CheckpointSeal.place
      guard bytes.count >= place.upperBound, bytes[8..<place.upperBound] == checkpointLike[8..<place.upperBound] else {
        return
      }
      var sealed = bytes
      CheckpointSeal.close(&sealed)
      _ = try? Checkpoint(sealed)
    }
    #expect(read > 0)
  }

  @Test func tokenFiles() throws {
    var header = TokenHeader(
      tokenizer: .word, split: .train, options: .object([]), sources: .array([]), counts: [3, 1],
      vocabulary: ["xxunk", "\u{E9}"], count: 4)
    header.blocks = [String(repeating: "a", count: 64)]
    let whole = header.bytes()
    var read = 0
    try mutate([whole]) { bytes in
      if (try? TokenHeader(bytes, fileSize: whole.count + 8)) != nil { read += 1 }
      // A file with the right digest gets as far as the reader of the header.
      let place = CheckpointSeal.place
      guard bytes.count >= place.upperBound, bytes[8..<place.upperBound] == whole[8..<place.upperBound] else { return }
      var sealed = bytes
      sealed.replaceSubrange(place, with: CheckpointSeal.blank.utf8)
      CheckpointSeal.close(&sealed)
      for size in [whole.count + 8, Int.max] { _ = try? TokenHeader(sealed, fileSize: size) }
    }
    #expect(read > 0)
  }

  @Test func texts() throws {
    let seeds = [
      "one \ntwo \nthree thousand, and one \n", "a,b,,c\r\nd\re\n\n\n", "\u{00e9}t\u{00e9} \u{1F600}\nx\u{0301}\n",
    ].map { Array($0.utf8) }
    var read = 0
    try mutate(seeds) { bytes in
      guard let document = try? TextDocument(bytes, name: "fuzz") else { return }
      read += document.places(0..<document.count).isEmpty ? 0 : 1
    }
    #expect(read > 0)
  }

  @Test func metrics() throws {
    var log = MetricsLog()
    log.append(StepRecord(step: 1, epoch: 1, loss: 2.5, smoothedLoss: 2.5, learningRate: 1e-3, momentum: 0.95))
    log.append(EpochRecord(epoch: 1, trainLoss: 2, validLoss: .nan, accuracy: 0.5, seconds: 1e-3))
    var read = 0
    try mutate([Array(log.drain().utf8)]) { bytes in
      if MetricsHistory(bytes) != nil { read += 1 }
    }
    #expect(read > 0)
  }

  // MARK: Mutation

  /// Calls `body` with mutations of the seeds, and checks the time of each and the memory of all.
  private func mutate(_ seeds: [[UInt8]], _ body: ([UInt8]) -> Void) throws {
    var random = RandomNumbers(seed: Self.seed)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }
    let clock = ContinuousClock()
    for seed in seeds { body(seed) }
    let before = peakMemory()
    var slowest = Duration.zero
    for _ in 0..<Self.count {
      var bytes = seeds[below(seeds.count)]
      for _ in 0..<(1 + below(4)) {
        let place = below(bytes.count)
        switch below(7) {
        case 0: if !bytes.isEmpty { bytes[place] ^= 1 << UInt8(below(8)) }
        case 1: if !bytes.isEmpty { bytes[place] = UInt8(below(256)) }
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
        case 3:
          bytes.insert(contentsOf: (0..<(1 + below(8))).map { _ in UInt8(below(256)) }, at: min(place, bytes.count))
        case 4:
          bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + below(40))], at: min(place, bytes.count))
        case 5:
          // The length of a safetensors header, and huge numbers wherever digits stand.
          for (index, byte) in littleEndian(random.next() >> UInt64(below(64))).enumerated()
          where index < bytes.count {
            bytes[index] = byte
          }
        default:
          let interesting = [
            "9223372036854775807", "-1", "1e308", "\\u0000", "[[[[", "{\"a\":", "\"", ",", "\0", "\u{301}",
          ]
          bytes.insert(contentsOf: interesting[below(interesting.count)].utf8, at: min(place, bytes.count))
        }
      }
      let time = clock.measure { body(bytes) }
      slowest = max(slowest, time)
    }
    #expect(slowest < .seconds(1))
    // Inputs are of a few hundred bytes: what grows is the allocator's own.
    #expect(peakMemory() - before < 16 << 20)
  }

  private func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// Peak resident memory of this process in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
