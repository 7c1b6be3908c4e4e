extension Character {
    /// Columns that it takes on a terminal: two for those of East Asian writing and for pictures, none for accents.
    package var columns: Int {
        var widest = 0
        for scalar in unicodeScalars {
            // A picture's variant of a sign (Unicode UTS #51).
            widest = max(widest, scalar.value == 0xFE0F && widest > 0 ? 2 : scalar.columns)
        }
        return widest
    }
}

extension Unicode.Scalar {
    /// East Asian Width `W` and `F` (Unicode UAX #11), by their blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]

    fileprivate var columns: Int {
        if isASCII { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        case .format: return value == 0xAD ? 1 : 0
        default: break
        }
        return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) } ? 2 : 1
    }
}

extension StringProtocol {
    /// Columns that it takes on a terminal.
    package var columns: Int { utf8.allSatisfy { $0 < 0x80 } ? utf8.count : reduce(0) { $0 + $1.columns } }

    /// As much of its beginning as fits.
    package func cut(toColumns columns: Int) -> String {
        var left = columns, text = ""
        for character in self {
            left -= character.columns
            guard left >= 0 else { break }
            text.append(character)
        }
        return text
    }
}
