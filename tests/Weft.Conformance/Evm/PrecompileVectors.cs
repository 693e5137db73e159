using System.IO.Compression;
using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Xunit;

namespace Weft.Conformance.Evm;

/// <summary>The precompile vectors of go-ethereum: input, output or failure, gas.</summary>
public sealed class PrecompileVectors
{
    private sealed record Vector(string Name, string Input, string? Expected, string? ExpectedError, long? Gas);

    /// <summary>Which precompile a file is for, and at which fork its gas was taken.</summary>
    public static TheoryData<string, int, Fork> Files => new()
    {
        { "ecRecover", 0x01, Fork.Frontier },
        { "modexp", 0x05, Fork.Byzantium },
        { "modexp_eip2565", 0x05, Fork.Berlin },
        { "modexp_eip7883", 0x05, Fork.Osaka },
        { "bn256Add", 0x06, Fork.Istanbul },
        { "bn256ScalarMul", 0x07, Fork.Istanbul },
        { "bn256Pairing", 0x08, Fork.Istanbul },
        { "blake2F", 0x09, Fork.Istanbul },
        { "fail-blake2f", 0x09, Fork.Istanbul },
        { "pointEvaluation", 0x0a, Fork.Cancun },
        { "blsG1Add", 0x0b, Fork.Prague },
        { "fail-blsG1Add", 0x0b, Fork.Prague },
        // EIP-2537 dropped the multiplications: they are sums of one term, but that an input may be longer.
        { "blsG1Mul", 0x0c, Fork.Prague },
        { "fail-blsG1Mul", 0x0c, Fork.Prague },
        { "blsG1MultiExp", 0x0c, Fork.Prague },
        { "fail-blsG1MultiExp", 0x0c, Fork.Prague },
        { "blsG2Add", 0x0d, Fork.Prague },
        { "fail-blsG2Add", 0x0d, Fork.Prague },
        { "blsG2Mul", 0x0e, Fork.Prague },
        { "fail-blsG2Mul", 0x0e, Fork.Prague },
        { "blsG2MultiExp", 0x0e, Fork.Prague },
        { "fail-blsG2MultiExp", 0x0e, Fork.Prague },
        { "blsPairing", 0x0f, Fork.Prague },
        { "fail-blsPairing", 0x0f, Fork.Prague },
        { "blsMapG1", 0x10, Fork.Prague },
        { "fail-blsMapG1", 0x10, Fork.Prague },
        { "blsMapG2", 0x11, Fork.Prague },
        { "fail-blsMapG2", 0x11, Fork.Prague },
        { "p256Verify", 0x100, Fork.Osaka },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Outputs_failures_and_gas_match(string file, int address, Fork fork)
    {
        using ZipArchive? zip = Fixtures.OpenZip("precompiles.zip");
        if (zip is null) return;
        using Stream stream = zip.GetEntry(file + ".json")!.Open();
        var vectors = JsonSerializer.Deserialize<Vector[]>(stream)!;
        Precompile precompile = PrecompileSet.Of(fork).Find(Address.FromNumber((ulong)address))!;

        Assert.NotEmpty(vectors);
        var problems = vectors.Select(vector => Problem(precompile, vector)).OfType<string>().ToList();
        int passed = vectors.Length - problems.Count;
        Console.WriteLine($"precompiles.zip {file}: {passed} of {vectors.Length} vectors pass");
        Assert.Empty(problems);
    }

    [Fact]
    public void Every_file_of_the_archive_is_run()
    {
        using ZipArchive? zip = Fixtures.OpenZip("precompiles.zip");
        if (zip is null) return;
        Assert.Equal(
            zip.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".json", StringComparison.Ordinal))
                .Order(),
            Files.Select(row => row[0] + ".json").Order());
    }

    private static string? Problem(Precompile precompile, Vector vector)
    {
        byte[] input = Convert.FromHexString(vector.Input);
        long gas = precompile.Gas(input);
        if (vector.Gas is { } expectedGas && gas != expectedGas)
            return $"{vector.Name}: gas {gas}, expected {expectedGas}";
        byte[] output = new byte[precompile.MaxOutputLength(input)];
        // Dirt, so that an output that is not written in full is seen.
        output.AsSpan().Fill(0xa5);
        int length = precompile.Run(input, output);
        if (vector.ExpectedError is not null)
            return length == -1 ? null : $"{vector.Name}: succeeded instead of '{vector.ExpectedError}'";
        if (length < 0) return $"{vector.Name}: failed";
        string actual = Convert.ToHexStringLower(output.AsSpan(0, length));
        return actual == vector.Expected ? null : $"{vector.Name}: gives {actual}, expected {vector.Expected}";
    }
}
