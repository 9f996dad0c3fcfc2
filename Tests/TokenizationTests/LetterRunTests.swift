import Testing

@testable import Tokenization

@Suite("Letter run")
struct LetterRunTests {
  private func expectRun(_ bytes: [UInt8]) {
    let text = bytes.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
    let run = LetterRun(text)
    let letters = bytes.prefix {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
    }
    #expect(run.count == letters.count, "\(bytes)")
    #expect(run.capitals == letters.count { $0 <= UInt8(ascii: "Z") }, "\(bytes)")
    let hasRepetition = letters.indices.dropLast(2).contains {
      letters[$0] == letters[$0 + 1] && letters[$0] == letters[$0 + 2]
    }
    #expect(run.hasRepetition == hasRepetition, "\(bytes)")
  }

  @Test("knows each byte at each place")
  func everyByte() {
    for place in 0..<8 {
      for byte in UInt8.min...UInt8.max {
        var bytes = Array("aBcDeFgH".utf8)
        bytes[place] = byte
        expectRun(bytes)
      }
    }
  }

  @Test("is what a loop over the bytes finds")
  func randomBytes() {
    let alphabet = Array("aaAAzZ@[`{ ,\u{7F}\u{C3}\u{A1}".utf8)
    for _ in 0..<20_000 { expectRun((0..<8).map { _ in alphabet.randomElement() ?? 0 }) }
    for _ in 0..<20_000 { expectRun((0..<8).map { _ in Array("aab".utf8).randomElement() ?? 0 }) }
  }
}
