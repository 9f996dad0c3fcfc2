internal import Files
internal import Tokenization

/// Where a text is split in two. A line ends where the tokenizers have it end, with LF, CR, or both.
enum TextSplit {
  /// Bytes that are looked at in one piece, and how far back a beginning is looked for.
  private static let window = 1 << 16

  /// Where the first line begins from `place` on, or else the last one before it, at most 64 KiB back. In a text of one
  /// line, where a word does, likewise; in one without white space, the scalar at `place`.
  ///
  /// - place: between the text's beginning and its end.
  static func place(in file: TextSource, near place: Int) throws(RunError) -> Int {
    var reader = try FileReader(file.path)
    let back = max(file.start, place - window)
    let before = try reader.read(at: back, count: place - back)
    let line = try next(in: file, from: place - 1, &reader) { TextCut.firstLineEnd($0, isLast: $1) }
    if let line = line ?? TextCut.lastLineEnd(before[...]).map({ back + $0 }) { return line }
    let word = try next(in: file, from: place - 1, &reader) { bytes, _ in TextCut.firstWordStart(bytes) }
    if let word = word ?? TextCut.lastWordStart(before[...]).map({ back + $0 }) { return word }
    // Bytes 10xxxxxx continue a scalar; the next one begins after them.
    let bytes = try reader.read(at: place, count: min(4, file.size - place))
    return place + (bytes.firstIndex { $0 & 0xC0 != 0x80 } ?? bytes.count)
  }

  /// The first place from `place` on that `find` finds, before the file's end.
  ///
  /// - find: gives an index into the bytes, or their end; it learns whether the file ends with them.
  private static func next(
    in file: TextSource, from place: Int, _ reader: inout FileReader, _ find: (ArraySlice<UInt8>, Bool) -> Int?
  ) throws(RunError) -> Int? {
    var position = place
    while position < file.size {
      let bytes = try reader.read(at: position, count: min(window, file.size - position))
      let isLast = position + bytes.count == file.size
      if let found = find(bytes[...], isLast), position + found < file.size { return position + found }
      if isLast { return nil }
      // What begins in the last bytes may only be recognised with those after them.
      position += max(1, bytes.count - 4)
    }
    return nil
  }
}
