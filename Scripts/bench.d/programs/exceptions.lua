local Odd = {}
local function check(n)
  if n % 3 == 1 then error(setmetatable({n}, Odd)) end
  if n % 3 == 2 then error("two") end
  return n
end
local good, odd, other = 0, 0, 0
for n = 0, 599999 do
  local fine, result = pcall(check, n)
  if fine then
    good = good + result
  elseif getmetatable(result) == Odd then
    odd = odd + result[1]
  else
    other = other + 1
  end
  good = good + 1
end
print(good .. " " .. odd .. " " .. other)
