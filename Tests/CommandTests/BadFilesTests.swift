import Foundation
import Launching
import Testing

/// Texts and weights that are missing or damaged: each its one line, once for the job, and its exit code.
@Suite(.serialized) struct BadFilesTests {
  @Test(
    arguments: [
      ("empty", Data(), "empty text"), ("blank", Data(" \n\n".utf8), "empty text"),
      ("one-line", Data("one two\n".utf8), "single line"),
      ("latin", Data("one \n".utf8) + Data([0xE9]) + Data("\n".utf8), "not UTF-8 text (byte 5)"),
    ] as [(String, Data, String)], aloneAndRanks)
  func texts(text: (name: String, bytes: Data, saying: String), ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let bad = try folder.file(text.name, text.bytes).path
    let good = try folder.file("good", Data("one \ntwo \nthree \n".utf8)).path
    for files in [["--train", bad, "--valid", good], ["--train", good, "--valid", bad]] {
      try expectOneLine(files + ["--out", "none"], status: 65, saying: "\(text.saying): \(bad)", ranks: ranks)
    }
  }

  @Test(arguments: aloneAndRanks) func missingFilesAndDirectories(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let good = try folder.file("good", Data("one \ntwo \nthree \n".utf8)).path
    for path in [folder.path + "/missing", folder.path] {
      let line = "\(path); check its name and permissions"
      for files in [["--train", path, "--valid", good], ["--train", good, "--valid", path]] {
        try expectOneLine(files + ["--out", "none"], status: 74, saying: line, ranks: ranks)
      }
    }
    try expectOneLine(
      ["--init", folder.path + "/missing", "--out", "none"], status: 74,
      saying: "\(folder.path)/missing; check its name and permissions", ranks: ranks)
  }

  /// A directory that lacks the file looked for: what makes such a directory.
  @Test(arguments: aloneAndRanks) func directoriesOfOthers(ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    for (command, remedy) in [
      (["--out", "none", "--data"], "train.tokens; give a directory that `dist-train tokenize` has made"),
      (["--out", "none", "--init"], "model.safetensors; give a run that is done, or a file in its checkpoints/"),
      (["evaluate", "--weights"], "model.safetensors; give a run that is done, or a file in its checkpoints/"),
      (["generate", "--weights"], "model.safetensors; give a run that is done, or a file in its checkpoints/"),
    ] {
      try expectOneLine(command + [folder.path], status: 74, saying: "\(folder.path)/\(remedy)", ranks: ranks)
    }
  }

  /// The recorded weights, damaged in one place.
  enum Damage: String, CaseIterable, Sendable {
    case cutInHeader, cutInData, cutInLength, noSafetensors, headerBeyondFile, headerOfAllBits, overlap, unknownType
    case wrongShape, negativeOffset, nameless

    /// What the error's line says.
    var saying: String {
      switch self {
      case .cutInHeader, .noSafetensors, .headerBeyondFile, .headerOfAllBits: "the header's length is"
      case .cutInData: "of 38300 bytes of data"
      case .cutInLength: "the file has 5 bytes"
      case .overlap: "overlaps another"
      case .unknownType: "unknown dtype \"F33\""
      case .wrongShape: "has a shape of [64, 1]"
      case .negativeOffset: "are not a start and an end"
      case .nameless: "batch_norm.bias"
      }
    }

    func applied(to file: Data) throws -> Data {
      let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let header = String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self)
      let data = file.dropFirst(8 + length)
      func bytes(_ number: UInt64) -> Data { withUnsafeBytes(of: number.littleEndian) { Data($0) } }
      func replacing(_ old: String, _ new: String) throws -> Data {
        let changed = header.replacing(old, with: new)
        try #require(changed != header, "the header has no \(old)")
        return bytes(UInt64(changed.utf8.count)) + Data(changed.utf8) + data
      }
      return switch self {
      case .cutInHeader: file.prefix(300)
      case .cutInData: file.dropLast(4)
      case .cutInLength: file.prefix(5)
      case .noSafetensors: Data("one \ntwo \nthree \n".utf8)
      case .headerBeyondFile: bytes(UInt64(file.count)) + file.dropFirst(8)
      case .headerOfAllBits: bytes(.max) + file.dropFirst(8)
      case .overlap: try replacing("[256,512]", "[0,256]")
      case .unknownType: try replacing(#""batch_norm.bias":{"dtype":"F32""#, #""batch_norm.bias":{"dtype":"F33""#)
      case .wrongShape:
        try replacing(#""shape":[64],"data_offsets":[0,256]"#, #""shape":[64,1],"data_offsets":[0,256]"#)
      case .negativeOffset: try replacing("[0,256]", "[-4,256]")
      case .nameless: try replacing("batch_norm.bias", "batch_norm.bios")
      }
    }
  }

  @Test(arguments: Damage.allCases, aloneAndRanks) func weights(damage: Damage, ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let whole = try Data(contentsOf: URL(fileURLWithPath: GoldenRun.path("model3/init.safetensors")))
    let bad = try folder.file("weights", damage.applied(to: whole)).path
    let line = "\(bad); give weights of this model"
    try expectOneLine(["--init", bad, "--out", "none"], status: 65, saying: line, ranks: ranks)
    if ranks == nil {
      try expectOneLine(["--init", bad, "--out", "none"], status: 65, saying: damage.saying, ranks: nil)
    }
  }

  @Test func weightsOfAnotherSize() throws {
    try expectOneLine(
      ["--init", GoldenRun.path("model3/init.safetensors"), "--hidden", "32", "--out", "none"], status: 65,
      saying: "has a shape of [40, 64], not [40, 32]", ranks: nil)
  }
}
