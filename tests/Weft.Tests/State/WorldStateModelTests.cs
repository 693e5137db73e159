using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;
using Xunit;

namespace Weft.Tests.State;

/// <summary>Random histories of all operations, nested checkpoints and several blocks, against the model.</summary>
public class WorldStateModelTests
{
    [Theory]
    [InlineData(1)] // compare all after every step
    [InlineData(7)] // seldom, so that many writes fall between two checkpoints
    [InlineData(60)]
    public void Every_history_agrees_with_the_model(int stepsBetweenComparisons)
    {
        for (int seed = 0; seed < 150; seed++) new History(seed, stepsBetweenComparisons).Run();
    }

    private sealed class History
    {
        private static readonly Address[] Addresses =
            [Address.FromNumber(3), Address.FromNumber(0xa), Address.FromNumber(0xb), Address.FromNumber(0xc)];

        private static readonly UInt256[] Keys = [0, 1, UInt256.MaxValue];
        private static readonly string[] Codes =
            ["", "00", "6001600155", "EF0100000000000000000000000000000000000000000A"];

        private readonly Random _random;
        private readonly int _stepsBetweenComparisons;
        private readonly string _name;
        private readonly WorldState _state;
        private readonly Stack<(int Checkpoint, WorldStateModel Model)> _checkpoints = [];
        private InMemoryState _source;
        private WorldStateModel _model;

        public History(int seed, int stepsBetweenComparisons)
        {
            (_random, _stepsBetweenComparisons) = (new(seed), stepsBetweenComparisons);
            _name = $"seed {seed} comparing every {stepsBetweenComparisons}";
            _source = RandomSource();
            _model = WorldStateModel.From(_source);
            _state = new(_source);
            _state.BeginTransaction();
        }

        public void Run()
        {
            for (int block = 0; block < 3; block++)
            {
                for (int step = 0; step < 120; step++)
                {
                    Step();
                    if (step % _stepsBetweenComparisons == 0) CompareAll();
                }
                EndTransaction();
                CompareAll();
                EndBlock();
            }
        }

        private InMemoryState RandomSource()
        {
            var state = new InMemoryState();
            foreach (var address in Addresses)
            {
                if (_random.Next(4) == 0) continue;
                var code = state.AddCode(Convert.FromHexString(Pick(Codes)));
                state.SetAccount(address, new((ulong)_random.Next(2), (ulong)_random.Next(2), code));
                foreach (var key in Keys) state.SetStorage(address, key, (ulong)_random.Next(3));
            }
            return state;
        }

        private void EndBlock()
        {
            var changes = _state.GetChanges();
            Assert.All(changes.Accounts, pair => Check(
                _source.TryGetAccount(pair.Key, out var old) ? pair.Value != old : pair.Value is not null, "account"));
            Assert.All(changes.Storage, account => Assert.All(account.Value, slot => Check(
                changes.ClearedStorage.Contains(account.Key)
                    ? !slot.Value.IsZero
                    : slot.Value != _source.GetStorage(account.Key, slot.Key), "slot changed")));
            var next = _source.Clone();
            next.Apply(changes);
            Check(next.ComputeRoot() == _model.ToState().ComputeRoot(), "root");
            _source = next;
            _state.Reset(_source);
            _model = WorldStateModel.From(_source);
            _state.BeginTransaction();
        }

        // ---- Steps ----

        private void Step()
        {
            Address address = Pick(Addresses);
            switch (_random.Next(20))
            {
                case 0 when _random.Next(3) == 0: EndTransaction(); break;
                case 1 or 2: _checkpoints.Push((_state.Checkpoint(), _model)); break;
                case 3 when _checkpoints.Count > 0: Revert(); break;
                case 4 when _checkpoints.Count > 0: _checkpoints.Pop(); break;
                case 5 or 6: ChangeAccount(address); break;
                case 7: ChangeCode(address); break;
                case 8: Destroy(address); break;
                case 9 when _random.Next(2) == 0: Create(address); break;
                case 10 or 11 or 12: Read(address, Pick(Keys)); break;
                case 13 or 14 or 15 or 16: Write(address, Pick(Keys)); break;
                case 17: WriteTransient(address, Pick(Keys)); break;
                case 18: Warm(address, Pick(Keys)); break;
                case 19: Log(); break;
                default: break;
            }
        }

        private void EndTransaction()
        {
            bool clearEmpty = _random.Next(3) > 0;
            _state.EndTransaction(clearEmpty);
            _checkpoints.Clear();
            _model = _model.End(clearEmpty);
            CompareLogs();
            if (_random.Next(3) == 0) AddWithdrawal();
            _state.BeginTransaction();
            _model = _model.Begin();
        }

        /// <summary>Between transactions, where nothing is deleted any more.</summary>
        private void AddWithdrawal()
        {
            Address address = Pick(Addresses);
            _state.AddBalance(address, 1);
            _model = _model.Change(address, a => a with { Balance = a.Balance + 1 });
        }

        private void Revert()
        {
            for (int older = _random.Next(_checkpoints.Count); older > 0; older--) _checkpoints.Pop();
            var (checkpoint, model) = _checkpoints.Pop();
            _state.Revert(checkpoint);
            _model = _model.RevertTo(model);
        }

        private void ChangeAccount(Address address)
        {
            var amount = (UInt256)(ulong)_random.Next(3);
            switch (_random.Next(4))
            {
                case 0:
                    _state.SetNonce(address, amount.U0);
                    _model = _model.Change(address, a => a with { Nonce = amount.U0 });
                    break;
                case 1:
                    _state.AddBalance(address, amount);
                    _model = _model.Change(address, a => a with { Balance = a.Balance + amount });
                    break;
                case 2 when _model[address].Balance >= amount:
                    _state.SubtractBalance(address, amount);
                    if (!amount.IsZero || _model.Accounts.ContainsKey(address))
                        _model = _model.Change(address, a => a with { Balance = a.Balance - amount });
                    break;
                default:
                    _state.Touch(address);
                    _model = _model.Touch(address);
                    break;
            }
        }

        private void ChangeCode(Address address)
        {
            string code = Pick(Codes);
            _state.SetCode(address, Convert.FromHexString(code));
            _model = _model.Change(address, a => a with { Code = code });
            Check(_state.CodeAttachment(address) is null, "attachment after new code");
            _state.CodeAttachment(address) = _state.GetCodeHash(address);
        }

        private void Destroy(Address address)
        {
            Address beneficiary = Pick(Addresses);
            bool onlyWhenCreated = _random.Next(2) == 0;
            bool isNew = _state.SelfDestruct(address, beneficiary, onlyWhenCreated);
            var before = _model;
            _model = _model.SelfDestruct(address, beneficiary, onlyWhenCreated);
            Check(isNew == (_model.Destroyed.Count > before.Destroyed.Count), "newly marked");
        }

        private void Create(Address address)
        {
            _state.CreateAccount(address);
            _model = _model.Create(address);
        }

        private void Read(Address address, UInt256 key)
        {
            bool isCold = _state.GetStorage(address, key, out var value);
            Check(isCold != _model.WarmSlots.Contains((address, key)), "coldness of a read");
            Check(value == _model.Slot(address, key), "value read");
            _model = _model with { WarmSlots = _model.WarmSlots.Add((address, key)) };
        }

        private void Write(Address address, UInt256 key)
        {
            var value = (UInt256)(ulong)_random.Next(4);
            bool isCold = _state.SetStorage(address, key, value, out var original, out var current);
            Check(isCold != _model.WarmSlots.Contains((address, key)), "coldness of a write");
            Check(current == _model.Slot(address, key), "value overwritten");
            Check(original == _model.Original(address, key), "original");
            _model = _model.Write(address, key, value);
        }

        private void WriteTransient(Address address, UInt256 key)
        {
            var value = (UInt256)(ulong)_random.Next(4);
            _state.SetTransientStorage(address, key, value);
            _model = _model with { Transients = _model.Transients.SetItem((address, key), value) };
        }

        private void Warm(Address address, UInt256 key)
        {
            Check(_state.AccessAccount(address) != _model.WarmAccounts.Contains(address), "coldness of an account");
            Check(_state.AccessStorage(address, key) != _model.WarmSlots.Contains((address, key)), "coldness of a key");
            _model = _model with
            {
                WarmAccounts = _model.WarmAccounts.Add(address), WarmSlots = _model.WarmSlots.Add((address, key)),
            };
        }

        private void Log()
        {
            int number = _random.Next(1000);
            _state.AddLog(new(Address.FromNumber((ulong)number), [], default));
            _model = _model with { Logs = _model.Logs.Add(number) };
        }

        // ---- Comparison ----

        private void CompareAll()
        {
            foreach (var address in Addresses) CompareAccount(address, _model[address]);
            CompareLogs();
            // Looking at slots and warmth marks them warm, which a revert undoes.
            int checkpoint = _state.Checkpoint();
            foreach (var address in Addresses)
            {
                Check(_state.AccessAccount(address) != _model.WarmAccounts.Contains(address), "warm account");
                foreach (var key in Keys) CompareSlot(address, key);
            }
            _state.Revert(checkpoint);
        }

        private void CompareAccount(Address address, ModelAccount expected)
        {
            Check(_state.Exists(address) == _model.Accounts.ContainsKey(address), "exists");
            Check(_state.IsEmpty(address) == expected.IsEmpty, "empty");
            Check(_state.GetBalance(address) == expected.Balance, "balance");
            Check(_state.GetNonce(address) == expected.Nonce, "nonce");
            Check(_state.GetCodeHash(address) == expected.CodeHash, "code hash");
            Check(_state.GetCode(address).Span.SequenceEqual(expected.CodeBytes), "code");
            Check(_state.CodeAttachment(address) is not Hash256 hash || hash == expected.CodeHash, "attachment");
            Check(_state.HasCollision(address) == _model.HasCollision(address, _source), "collision");
            Check(_state.IsCreatedInTransaction(address) == _model.Created.Contains(address), "created");
        }

        private void CompareSlot(Address address, UInt256 key)
        {
            Check(_state.AccessStorage(address, key) != _model.WarmSlots.Contains((address, key)), "warm slot");
            var transient = _model.Transients.GetValueOrDefault((address, key));
            Check(_state.GetTransientStorage(address, key) == transient, "transient");
            _state.GetStorage(address, key, out var value);
            Check(value == _model.Slot(address, key), "slot");
        }

        private void CompareLogs() => Check(
            _state.Logs.Select(log => log.Address).SequenceEqual(_model.Logs.Select(n => Address.FromNumber((ulong)n))),
            "logs");

        private void Check(bool holds, string what) => Assert.True(holds, $"{what} differs ({_name})");

        private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
    }
}
