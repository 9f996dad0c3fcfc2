/// The one rule of Unicode's lower-casing that looks at what is around a letter: a capital sigma at a word's end
/// becomes ς, any other σ (The Unicode Standard, section 3.13, `Final_Sigma`; Python's `str.lower` has it, too).
enum FinalSigma {
  /// Whether the sigma at `position` of a piece ends a word: before it, and not after it, stands a letter that has
  /// cases, with nothing between but what doesn't count (apostrophes, points, marks).
  ///
  /// - text: valid UTF-8, of which the piece is what is between white space.
  /// - Complexity: linear in what doesn't count around it.
  static func isFinal(_ text: [UInt8], _ piece: Range<Int>, at position: Int) -> Bool {
    var before = position
    var followsCased = false
    while before > piece.lowerBound {
      before -= 1
      // To a scalar's first byte.
      while before > piece.lowerBound, text[before] & 0xC0 == 0x80 { before -= 1 }
      let properties = UTF8Bytes.scalar(text, at: before).properties
      if properties.isCaseIgnorable { continue }
      followsCased = properties.isCased
      break
    }
    guard followsCased else { return false }
    var after = position + UTF8Bytes.length(text[position])
    while after < piece.upperBound {
      let properties = UTF8Bytes.scalar(text, at: after).properties
      if !properties.isCaseIgnorable { return !properties.isCased }
      after += UTF8Bytes.length(text[after])
    }
    return true
  }
}
