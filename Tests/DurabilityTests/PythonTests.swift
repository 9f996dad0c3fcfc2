import Foundation
import Launching
import Testing

@testable import Kernels
@testable import Models
@testable import Teams
@testable import Tokenization
@testable import Files
import Training

/// Python's safetensors library reads what this program writes.
@Suite(.serialized) struct PythonTests {
  let runs: Runs

  init() throws { runs = try Runs() }

  /// Prints what there is: metadata's names, then each tensor's name, shape, and bytes as hex digits of their sum.
  private static let script = """
    import sys, zlib
    from safetensors import safe_open
    with safe_open(sys.argv[1], framework="np") as file:
        print(*sorted(file.metadata()))
        for name in sorted(file.keys()):
            tensor = file.get_tensor(name)
            print(name, *tensor.shape, f"{zlib.crc32(tensor.tobytes()):08x}")
    """

  private static let python = Python.having("numpy, safetensors")

  @Test(
    .enabled(if: PythonTests.python != nil, "no Python that has safetensors and numpy (DIST_TRAIN_PYTHON names one)"),
    arguments: ["checkpoints/step-00000030.safetensors", "model.safetensors"])
  func pythonsLibraryReads(name: String) throws {
    defer { runs.remove() }
    #expect(try runs.run(["--epochs", "1", "--steps", "30", "--out", runs.path("run")]).status == 0)
    let path = runs.path("run/\(name)")
    let result = try #require(Self.python).run(["-c", Self.script, path], seconds: 60)
    let file = try SafetensorsFile(runs.bytes(path))
    let expected = file.tensors.sorted { $0.name < $1.name }.map { tensor in
      let sum = String(Self.crc32(file.bytes[tensor.range]), radix: 16)
      return ([tensor.name] + tensor.shape.map { "\($0)" }).joined(separator: " ") + " "
        + String(repeating: "0", count: 8 - sum.count) + sum
    }
    #expect(result.output == [file.metadata.keys.sorted().joined(separator: " ")] + expected, "\(result.errors)")
    #expect(expected.count >= 8)
  }

  /// The checksum of zlib (RFC 1952, section 8), bit by bit.
  private static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
