// swift-tools-version: 6.2
import PackageDescription

/// The floors of the tree, lowest last; a target imports only from floors below its own (README, "The tree").
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
]
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// `ops/fuzz` sets this: our own code is then built with libFuzzer's counters, and its driver is a program more.
let isFuzzing = Context.environment["CASELLA_FUZZ"] != nil
let counters: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : []

/// `ops/test --sanitize` sets this in its second half.
let isThreadSanitized = Context.environment["CASELLA_SANITIZER"] == "thread"

func library(_ name: String, on floor: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)", swiftSettings: counters)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Sources/Programs/\(name)")
}
func systemLibrary(_ name: String, pkgConfig: String?, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}
func tests(of module: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(module)Tests", dependencies: [.target(name: module)] + more, path: "Tests/\(module)Tests")
}

let fuzzDriver: [Target] =
    isFuzzing
    ? [
        .executableTarget(
            name: "casella-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
    ] : []

let package = Package(
    name: "casella",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Programs
        program("casella", ["AdminShell"]),
        program("casella-control", ["ControlPlane"]),
        program("casella-gateway", ["Gateway"]),
        program("casella-tenant", ["TenantWorker"]),
        program("casella-relay", ["Relay"]),

        // Roles
        library(
            "AdminShell", on: "Roles",
            [
                "AdminAPI", "MailSettings", "PasswordHashes", "Quantities", "LineEditor", "SecureStream", "Terminal", argumentParser, yams,
            ]),
        library(
            "ControlPlane", on: "Roles",
            [
                "AdminAPI", "PasswordHashes", "Quantities", "Supervision", "Exposition", "Runtime", "Postgres", "Argon2", "Crypt",
                "Cracklib", "Cryptography", "CProcess", "DKIM", "ProxyProtocol", "Resolver", "MailStore", "MailSettings", "SMTP",
                "MailRules", "HTTP", "WebForms", "SecureStream", "TLS", "InternationalNames", nioHTTP1,
            ] + nio),
        library(
            "Gateway", on: "Roles",
            [
                "Supervision", "Runtime", "Cryptography", "InnerDoor", "SMTP", "SASL", "IMAP", "POP3", "MIME", "ProxyProtocol", "TLS",
                "HTTP", "MailSettings",
            ] + nio),
        library(
            "TenantWorker", on: "Roles",
            [
                "Supervision", "Runtime", "Cryptography", "Postgres", "InnerDoor", "CProcess", "MailStore", "BlobStore", "SMTP", "SASL",
                "IMAP", "POP3", "MIME", "MailRules", "DKIM", "ProxyProtocol", "Quantities",
            ] + nio),
        library(
            "Relay", on: "Roles",
            [
                "Supervision", "Runtime", "Cryptography", "Postgres", "OutboundQueue", "Resolver", "SMTP", "MIME", "TLS",
                "InternationalNames",
            ] + nio),

        // Services
        library(
            "MailStore", on: "Services",
            ["BlobStore", "Cryptography", "Postgres", "MIME", "Quantities", "Runtime", "InternationalNames"]),
        library("OutboundQueue", on: "Services", ["BlobStore", "Postgres", "Runtime"]),
        library("BlobStore", on: "Services", ["Zstd", "CChecksum", "CProcess"]),
        library("InnerDoor", on: "Services", ["Runtime", "SMTP"] + nio),
        library("Resolver", on: "Services", ["CUnbound", "Runtime"] + nio),

        // Protocols: values in, values out
        library("AdminAPI", on: "Protocols", ["PasswordHashes", "Quantities", "MailSettings"]),
        library("PasswordHashes", on: "Protocols", ["SASL"]),
        library("Supervision", on: "Protocols", ["MailSettings"]),
        library("HTTP", on: "Protocols"),
        library("WebForms", on: "Protocols"),
        library("MailSettings", on: "Protocols"),
        library("SMTP", on: "Protocols", ["SASL"]),
        library("IMAP", on: "Protocols", ["SASL", "MIME"]),
        library("POP3", on: "Protocols", ["SASL"]),
        library("SASL", on: "Protocols"),
        library("MIME", on: "Protocols"),
        library("DKIM", on: "Protocols", ["MIME", "SMTP"]),
        library("MailRules", on: "Protocols", ["SMTP", "MIME", "InternationalNames"]),
        library("ProxyProtocol", on: "Protocols"),
        library("Quantities", on: "Protocols"),
        library("Exposition", on: "Protocols"),

        // System: thin faces on C libraries and on the operating system
        library("Runtime", on: "System", ["Supervision", "CProcess", nioTLS] + nio),
        library("TLS", on: "System", ["Runtime", nioSSL] + nio),
        library("Postgres", on: "System", ["CPQ"]),
        library("Argon2", on: "System", ["CSodium", "CHashMemory"]),
        library("Crypt", on: "System", ["CCrypt"]),
        library("Cracklib", on: "System", ["CCrack"]),
        library("Cryptography", on: "System", ["COpenSSL"]),
        library("SecureStream", on: "System", ["COpenSSL"]),
        library("Zstd", on: "System", ["CZstd"]),
        library("InternationalNames", on: "System", ["CIDN2"]),
        library("LineEditor", on: "System", ["CLibEdit"]),
        library("Terminal", on: "System"),
        .target(name: "CProcess", path: "Sources/System/CProcess"),
        .target(name: "CChecksum", path: "Sources/System/CChecksum"),
        .target(name: "CHashMemory", path: "Sources/System/CHashMemory"),
        systemLibrary("CPQ", pkgConfig: "libpq", apt: "libpq-dev"),
        systemLibrary("CSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
        systemLibrary("CCrypt", pkgConfig: "libcrypt", apt: "libcrypt-dev"),
        systemLibrary("CCrack", pkgConfig: nil, apt: "libcrack2-dev"),
        systemLibrary("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        systemLibrary("CUnbound", pkgConfig: "libunbound", apt: "libunbound-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CIDN2", pkgConfig: "libidn2", apt: "libidn2-dev"),
        systemLibrary("CLibEdit", pkgConfig: "libedit", apt: "libedit-dev"),

        // Tests, one target a module (Tests/Acceptance drives the running platform and is not built by SwiftPM)
        // What a caged process can't do, tried from inside a cage by Tests/Acceptance; installed nowhere.
        .executableTarget(
            name: "casella-cage-probe", dependencies: ["CProcess", "CageCalls", "Postgres", "Runtime", "Supervision"],
            path: "Tests/CageProbe/casella-cage-probe"),
        .target(name: "CageCalls", path: "Tests/CageProbe/CageCalls"),
        .target(
            name: "TestSupport", dependencies: ["Postgres"] + (isThreadSanitized ? ["ThreadSanitizer"] : []), path: "Tests/Support"),
        tests(of: "AdminAPI", ["MailSettings", "Quantities"]),
        tests(of: "AdminShell", ["AdminAPI", "MailSettings", "Quantities"]),
        tests(of: "Argon2"),
        tests(of: "BlobStore"),
        tests(
            of: "ControlPlane",
            [
                "AdminAPI", "Argon2", "Cryptography", "MailSettings", "MailStore", "Postgres", "ProxyProtocol", "Resolver", "Runtime",
                "SecureStream", "TestSupport", nioSSL,
            ] + nio),
        tests(of: "Cracklib"),
        tests(of: "Crypt"),
        tests(of: "Cryptography"),
        tests(of: "DKIM", ["Cryptography", "MIME", "SMTP", "TestSupport"]),
        tests(of: "Exposition"),
        tests(of: "Gateway", ["CProcess", "Cryptography", "HTTP", "MailSettings", "ProxyProtocol", "Runtime", "Supervision", "TLS"]),
        tests(of: "HTTP"),
        tests(of: "IMAP", ["MIME", "SASL"]),
        tests(of: "InternationalNames"),
        tests(of: "MIME", ["TestSupport"]),
        tests(of: "MailSettings"),
        tests(of: "MailStore", ["BlobStore", "Postgres", "Runtime", "TestSupport"]),
        tests(of: "OutboundQueue", ["BlobStore", "Postgres", "Runtime", "TestSupport"]),
        tests(of: "POP3", ["SASL"]),
        tests(of: "PasswordHashes"),
        tests(of: "Postgres", ["TestSupport"]),
        tests(of: "ProxyProtocol"),
        tests(of: "Quantities"),
        tests(of: "Relay", ["BlobStore", "MIME", "OutboundQueue", "SMTP", "Supervision"]),
        tests(of: "Resolver"),
        tests(of: "Runtime", ["CProcess", "Supervision"] + nio),
        tests(of: "SASL"),
        tests(of: "SMTP", ["SASL", "TestSupport"]),
        tests(of: "Terminal"),
        tests(
            of: "TenantWorker",
            [
                "CProcess", "Cryptography", "IMAP", "MailRules", "MailStore", "Postgres", "ProxyProtocol", "Runtime", "SMTP",
                "Supervision", "TestSupport",
            ] + nio),
        tests(of: "WebForms"),
        tests(of: "Zstd"),

        // What `ops/fuzz` runs, and the tests that replay its corpus
        .target(
            name: "FuzzTargets",
            dependencies: [
                "SMTP", "IMAP", "POP3", "SASL", "MIME", "ProxyProtocol", "PasswordHashes", "Quantities", "AdminAPI", "Supervision",
                "BlobStore", "Zstd", "Cryptography", "Resolver", "ControlPlane", "AdminShell", "HTTP", "MailSettings",
                "MailRules", "DKIM", "WebForms", "MailStore", "TenantWorker", "Terminal",
            ], path: "Tests/Fuzz/Targets"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay"),
    ] + fuzzDriver + (isThreadSanitized ? [.target(name: "ThreadSanitizer", path: "Tests/ThreadSanitizer")] : []),
    swiftLanguageModes: [.v6]
)
