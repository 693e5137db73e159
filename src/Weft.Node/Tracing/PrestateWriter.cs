using System.Text.Json;
using Weft.Execution.Tracing;
using Weft.Primitives;

namespace Weft.Node.Tracing;

/// <summary>The result of prestateTracer.</summary>
internal static class PrestateWriter
{
    public static void Write(Utf8JsonWriter writer, PrestateTracer tracer)
    {
        if (tracer.Post is null)
        {
            WriteAccounts(writer, tracer.Pre);
            return;
        }
        writer.WriteStartObject();
        writer.WritePropertyName("post");
        WriteAccounts(writer, tracer.Post);
        writer.WritePropertyName("pre");
        WriteAccounts(writer, tracer.Pre);
        writer.WriteEndObject();
    }

    private static void WriteAccounts(Utf8JsonWriter writer, SortedDictionary<Address, PrestateAccount> accounts)
    {
        writer.WriteStartObject();
        foreach (var (address, account) in accounts)
        {
            writer.WriteStartObject(address.ToString());
            Write(writer, account);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>The nonce is a number, unlike everywhere else; zero is left out.</summary>
    private static void Write(Utf8JsonWriter writer, PrestateAccount account)
    {
        if (account.Balance is { } balance) writer.WriteQuantity("balance", balance);
        if (account.Nonce is > 0) writer.WriteNumber("nonce", account.Nonce.Value);
        if (!account.Code.IsEmpty) writer.WriteData("code", account.Code.Span);
        if (account.CodeHash is { } codeHash) writer.WriteData("codeHash", codeHash.Bytes);
        if (account.Storage.Count == 0) return;
        writer.WriteStartObject("storage");
        foreach (var (key, value) in account.Storage) writer.WriteSlot(key, value);
        writer.WriteEndObject();
    }
}
