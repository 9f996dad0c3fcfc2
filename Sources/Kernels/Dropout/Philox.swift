// Philox4x32-10, a random number generator without a state (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", 2011): a block of four random words for every counter of four words and key of two. Integers only, so its bits are the
// same everywhere.

private let firstMultiplier: UInt32 = 0xD251_1F53
private let secondMultiplier: UInt32 = 0xCD9E_8D57
private let keyIncrement = SIMD2<UInt32>(0x9E37_79B9, 0xBB67_AE85)

/// The random words of one counter.
public func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var (counter, key) = (counter, key)
  for _ in 0..<10 {
    let first = firstMultiplier.multipliedFullWidth(by: counter.x)
    let second = secondMultiplier.multipliedFullWidth(by: counter.z)
    counter = SIMD4(second.high ^ counter.y ^ key.x, second.low, first.high ^ counter.w ^ key.y, first.low)
    key &+= keyIncrement
  }
  return counter
}

/// Word w of sixteen blocks in each of four vectors.
typealias PhiloxWords = (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>)

/// The random words of the sixteen counters (first + i, row, third, fourth).
@inline(__always)
func philoxWords(first: UInt32, row: UInt32, _ third: UInt32, _ fourth: UInt32, key: SIMD2<UInt32>) -> PhiloxWords {
  let start = SIMD8<UInt64>(repeating: UInt64(first))
  var even = EightBlocks(start &+ SIMD8(0, 2, 4, 6, 8, 10, 12, 14), row, third, fourth)
  even.run(key)
  var odd = EightBlocks(start &+ SIMD8(1, 3, 5, 7, 9, 11, 13, 15), row, third, fourth)
  odd.run(key)
  return (
    interleaved(even.c0, odd.c0), interleaved(even.c1, odd.c1), interleaved(even.c2, odd.c2),
    interleaved(even.c3, odd.c3)
  )
}

/// The low words of both, taking turns.
@inline(__always)
private func interleaved(_ even: SIMD8<UInt64>, _ odd: SIMD8<UInt64>) -> SIMD16<UInt32> {
  unsafeBitCast((even & SIMD8(repeating: 0xFFFF_FFFF)) | (odd &<< 32), to: SIMD16<UInt32>.self)
}

/// Eight counters, each word in the low half of 64 bits: so one instruction makes both halves of its product. What is in the high
/// halves counts for nothing.
private struct EightBlocks {
  var c0, c1, c2, c3: SIMD8<UInt64>

  @inline(__always)
  init(_ first: SIMD8<UInt64>, _ second: UInt32, _ third: UInt32, _ fourth: UInt32) {
    c0 = first
    c1 = SIMD8(repeating: UInt64(second))
    c2 = SIMD8(repeating: UInt64(third))
    c3 = SIMD8(repeating: UInt64(fourth))
  }

  @inline(__always)
  mutating func run(_ key: SIMD2<UInt32>) {
    // As scalars: the elements of a vector would be taken out of it again in each round.
    var (first, second) = (key.x, key.y)
    for _ in 0..<10 {
      round(SIMD8(repeating: UInt64(first)), SIMD8(repeating: UInt64(second)))
      first &+= keyIncrement.x
      second &+= keyIncrement.y
    }
  }

  @inline(__always)
  private mutating func round(_ firstKey: SIMD8<UInt64>, _ secondKey: SIMD8<UInt64>) {
    let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let first = (c0 & low) &* SIMD8(repeating: UInt64(firstMultiplier))
    let second = (c2 & low) &* SIMD8(repeating: UInt64(secondMultiplier))
    c0 = (second &>> 32) ^ c1 ^ firstKey
    c1 = second
    c2 = (first &>> 32) ^ c3 ^ secondKey
    c3 = first
  }
}
